/// What became of the numbered orders of one run: carried out by a host, and answered to the engine.
///
/// Threads: any.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "engine/pipeline/answer.h"

namespace riposte::bench {

class OrderTally {
 public:
  /// One more order, which nobody has carried out yet.
  ActionId add();
  void carried_out(const ActionId& order);
  void answered(const Answer& answer);

  std::size_t orders() const;
  std::size_t answers() const;
  /// False when there is not one more than `answers` in time.
  bool wait_beyond(std::size_t answers, std::chrono::milliseconds patience);

  /// Empty: every order was carried out once and answered once, with success.
  std::string complaint() const;

 private:
  struct Fate {
    int carried_out = 0;
    int answered = 0;
    bool succeeded = false;
  };
  /// Null: there is no such order.
  Fate* find(const ActionId& order);

  mutable std::mutex mutex_;  ///< guards all that follows
  std::condition_variable came_;
  std::vector<Fate> fates_;
  std::size_t answers_ = 0;
  std::size_t strangers_ = 0;  ///< that were never given
};

}  // namespace riposte::bench
