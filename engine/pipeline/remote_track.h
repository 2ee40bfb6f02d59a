/// The dispatcher's way to other hosts: no thread waits there, and no host takes the place of another.
///
/// Threads: any. Limits: kRemoteInFlight effects under way, kPerHost of them on one host.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/pipeline/answer.h"
#include "engine/pipeline/slots.h"
#include "engine/ports/remote_hands.h"

namespace riposte {

class RemoteTrack {
 public:
  RemoteTrack(RemoteHands& hands, std::function<void(Answer)> post);

  /// Nothing: the engine's own executors do it.
  std::optional<Seat> take(const Action& action);
  /// Given out when it has a seat here; false, and untouched, when it has none.
  bool run(const Effect& effect);
  /// Answers that come from now on are not heard: what they are about is owed again after the restart.
  void stop();

  static constexpr std::size_t kRemoteInFlight = 4096;
  static constexpr std::size_t kPerHost = 16;

 private:
  /// Outlives the track for as long as an answer may come.
  struct Seats {
    std::mutex mutex;
    std::unordered_map<ActionId, std::string> hosts;  ///< of what has a seat
    std::unordered_map<std::string, std::size_t> per_host;
    bool stopped = false;
    std::function<void(Answer)> post;

    void give_back(const ActionId& action);
    void answered(Answer answer);
  };

  RemoteHands& hands_;
  const std::shared_ptr<Seats> seats_;
};

}  // namespace riposte
