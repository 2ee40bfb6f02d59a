#include "bench/recording_hands.h"

namespace riposte::bench {

Outcome RecordingHands::execute(const Action& action, std::stop_token) {
  const auto now = Steady::now();
  const auto pid = action.parameters.find("pid");
  const auto recorded = records_.find(action.id);
  const bool on_record = recorded && *recorded && (*recorded)->state == State::executing;
  const std::scoped_lock lock(mutex_);
  bool fresh = orders_.insert(action.id).second;
  if (pid != action.parameters.end())
    fresh = calls_.emplace(std::get<std::int64_t>(pid->second), now).second && fresh;
  if (!on_record) complaint_ = "an order came that was not on record: " + action.target;
  if (!fresh) complaint_ = "an order came twice: " + action.target;
  last_action_ = action.id;
  called_.notify_all();
  return {};
}

Probe RecordingHands::probe(const Action&) { return {Probe::Kind::never_ran, {}, ""}; }

Result<Preview> RecordingHands::preview(const ActionRequest& request) {
  return Preview{"noting " + request.target, {}, "", {}};
}

Proof RecordingHands::check(const Action&, std::stop_token) { return {Proof::Kind::proven, ""}; }

bool RecordingHands::wait_for(std::size_t count, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return called_.wait_for(lock, limit, [&] { return orders_.size() >= count; });
}

RecordingHands::Calls RecordingHands::calls() {
  const std::scoped_lock lock(mutex_);
  return calls_;
}

RecordingHands::Orders RecordingHands::orders() {
  const std::scoped_lock lock(mutex_);
  return orders_;
}

Steady::time_point RecordingHands::time_of_call(std::int64_t pid) {
  const std::scoped_lock lock(mutex_);
  return calls_.at(pid);
}

ActionId RecordingHands::last_action() {
  const std::scoped_lock lock(mutex_);
  return last_action_;
}

std::string RecordingHands::complaint() {
  const std::scoped_lock lock(mutex_);
  return complaint_;
}

}  // namespace riposte::bench
