/// Carries effects out and posts the answers back. Scripts have threads of their own: a hung one delays no
/// kill. What is meant for other hosts takes no thread at all: see remote_track.h.
///
/// Threads: take(), run() and stop() from any; executors and verifiers are called from the dispatcher's
/// threads. Limits:  as many effects under way as there are threads; more stay owed.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "engine/base/bounded_queue.h"
#include "engine/pipeline/remote_track.h"
#include "engine/ports/executor.h"

namespace riposte {

class Dispatcher final : public Slots {
 public:
  using Post = std::function<void(Answer)>;

  /// `remote`: null when there are no hosts but this one.
  Dispatcher(HandsByType hands, RemoteHands* remote, Post post);
  ~Dispatcher() override;

  /// A slot for one effect of this action; it comes back by itself when the effect's answer is posted.
  Seat take(const Action& action) override;
  /// Needs a slot. False when the dispatcher is stopping: the slot is then given back.
  bool run(Effect effect);
  /// Asks what is under way to end, waits for it, posts the answers.
  void stop();

  static constexpr int kThreadsPerLane = 8;

 private:
  enum class Lane : std::uint8_t { containment, scripts };
  static Lane lane_of(ActionType type);
  struct Track {
    std::atomic<int> free{kThreadsPerLane};
    BoundedQueue<Effect> effects{kThreadsPerLane};
  };
  void work(Track& track, const std::stop_token& stop);
  Fact carry_out(const Effect& effect, std::stop_token stop) const;

  const HandsByType hands_;
  const Post post_;
  std::optional<RemoteTrack> remote_;
  std::atomic<bool> stopping_{false};
  std::array<Track, 2> tracks_;
  std::vector<std::jthread> threads_;
};

}  // namespace riposte
