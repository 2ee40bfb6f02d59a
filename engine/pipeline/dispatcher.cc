#include "engine/pipeline/dispatcher.h"

#include <exception>
#include <utility>

#include "engine/base/crash_point.h"
#include "engine/base/log.h"

namespace riposte {

Dispatcher::Dispatcher(HandsByType hands, RemoteHands* remote, Post post)
    : hands_(std::move(hands)), post_(std::move(post)) {
  if (remote != nullptr) remote_.emplace(*remote, post_);
  for (Track& track : tracks_)
    for (int i = 0; i < kThreadsPerLane; ++i)
      threads_.emplace_back([this, &track](const std::stop_token& stop) { work(track, stop); });
}

Dispatcher::~Dispatcher() { stop(); }

Dispatcher::Lane Dispatcher::lane_of(ActionType type) {
  return type == ActionType::run_script ? Lane::scripts : Lane::containment;
}

Seat Dispatcher::take(const Action& action) {
  if (stopping_) return {Seat::Kind::busy};
  if (remote_)
    if (auto seat = remote_->take(action)) return *std::move(seat);
  std::atomic<int>& free = tracks_[static_cast<std::size_t>(lane_of(action.type))].free;
  if (free.fetch_sub(1) > 0) return {Seat::Kind::taken};
  free.fetch_add(1);
  return {Seat::Kind::busy};
}

bool Dispatcher::run(Effect effect) {
  if (remote_ && remote_->run(effect)) return true;
  Track& track = tracks_[static_cast<std::size_t>(lane_of(action_of(effect).type))];
  if (track.effects.try_push(effect)) return true;
  track.free.fetch_add(1);
  return false;
}

void Dispatcher::stop() {
  stopping_ = true;
  if (remote_) remote_->stop();
  for (std::jthread& thread : threads_) thread.request_stop();
  for (Track& track : tracks_) track.effects.close();
  threads_.clear();
}

void Dispatcher::work(Track& track, const std::stop_token& stop) {
  while (auto effect = track.effects.pop()) {
    // What was not begun is still owed and is given out again after the restart.
    if (stop.stop_requested()) continue;
    const Action& action = action_of(*effect);
    crash_point("dispatch.before_send");
    Answer answer{action.partition, action.id, carry_out(*effect, stop)};
    crash_point("dispatch.after_send");
    track.free.fetch_add(1);
    post_(std::move(answer));
  }
}

Fact Dispatcher::carry_out(const Effect& effect, std::stop_token stop) const {
  const Action& action = action_of(effect);
  const auto found = hands_.find(action.type);
  if (found == hands_.end())
    return Reported{action.attempt, {Outcome::Kind::unsupported, "this engine has no executor for it", {}}};
  const Hands& hands = found->second;
  try {
    if (std::holds_alternative<Dispatch>(effect))
      return Reported{action.attempt, hands.executor->execute(action, stop)};
    if (std::holds_alternative<AskExecutor>(effect))
      return Probed{action.attempt, hands.executor->probe(action)};
    crash_point("verify.timer_fired");
    Checked checked{hands.verifier->check(action, std::move(stop))};
    crash_point("verify.after_probe");
    return checked;
  } catch (const std::exception& thrown) {
    // A bug of an executor must not take the engine down, and nobody can say how far it came.
    log::error("an executor threw", {{"action_id", action.id.value()}, {"what", std::string(thrown.what())}});
    if (std::holds_alternative<Verify>(effect)) return Checked{{Proof::Kind::unknown, thrown.what()}};
    return Reported{action.attempt, {Outcome::Kind::unknown, thrown.what(), {}}};
  }
}

}  // namespace riposte
