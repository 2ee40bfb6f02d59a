/// The thread that takes dead letters from the store to their place and then forgets them.
#pragma once

#include <chrono>
#include <thread>

#include "engine/base/metrics.h"
#include "engine/ports/dead_letter_sink.h"
#include "engine/ports/records.h"

namespace riposte {

class LetterCarrier {
 public:
  LetterCarrier(Records& records, DeadLetterSink& sink, Metrics& metrics);
  ~LetterCarrier();
  void stop();

  static constexpr std::chrono::milliseconds kInterval{200};
  static constexpr std::chrono::milliseconds kRetryInterval{2000};
  static constexpr std::size_t kLettersPerTrip = 64;

 private:
  void work(const std::stop_token& stop);
  /// True when there is more. Errors: of the sink and the store.
  Result<bool> trip();

  Records& records_;
  DeadLetterSink& sink_;
  Counter& delivered_;
  std::jthread thread_;
};

}  // namespace riposte
