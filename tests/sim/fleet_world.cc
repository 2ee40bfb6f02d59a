#include "tests/sim/fleet_world.h"

#include <stdexcept>
#include <utility>

#include "tests/support/action_builder.h"

namespace riposte::test {

Route FakeFleet::route(const Action& action) const {
  if (action.host == "engine") return {};
  const std::string bound = bound_host_of(action);
  const std::string& host = bound.empty() ? action.host : bound;
  const auto found = hosts.find(host);
  if (found == hosts.end()) return {Reach::unknown_host, "", {}, "nobody is called " + host};
  if (!found->second.connected) return {Reach::offline, host, {}, "host " + host + " is away"};
  return {Reach::connected, host, {{kBoundHost, host}}, ""};
}

void FakeFleet::give(Effect effect, Answer answer) {
  const Action& action = action_of(effect);
  const Route to = route(action);
  if (to.reach == Reach::unknown_host)
    return answer(Reported{action.attempt, {Outcome::Kind::unsupported, to.why, {}}});
  if (to.reach != Reach::connected) return answer(std::nullopt);
  if (std::holds_alternative<Dispatch>(effect)) {
    bool& left = may_have_left_[action.id];
    if (left) unprobed.push_back(action.id);
    left = true;
  }
  flights_.push_back({to.host, std::move(effect), std::move(answer)});
  most_under_way = std::max(most_under_way, flights_.size());
}

void FakeFleet::connect(const std::string& host) {
  hosts[host].connected = true;
  if (tell_) tell_(host);
}

void FakeFleet::cut(const std::string& host) {
  hosts[host].connected = false;
  std::deque<Flight> others;
  std::deque<Flight> lost;
  for (Flight& flight : std::exchange(flights_, {}))
    (flight.host == host ? lost : others).push_back(std::move(flight));
  flights_ = std::move(others);
  for (Flight& flight : lost) flight.answer(std::nullopt);
}

void FakeFleet::deliver(bool twice) {
  Flight flight = std::move(flights_.front());
  flights_.pop_front();
  Host& host = hosts.at(flight.host);
  if (twice) carry_out(host, flight.effect);
  const Fact fact = carry_out(host, flight.effect);
  flight.answer(fact);
}

Fact FakeFleet::carry_out(Host& host, const Effect& effect) {
  const Action& action = action_of(effect);
  if (std::holds_alternative<Verify>(effect)) return Checked{{Proof::Kind::proven, "looked"}};
  const auto ran = host.ran.find(action.id);
  const Outcome done{Outcome::Kind::ok, "done", {}};
  if (std::holds_alternative<AskExecutor>(effect)) {
    may_have_left_[action.id] = false;
    if (ran != host.ran.end()) return Probed{action.attempt, {Probe::Kind::ran, done, ""}};
    host.disowned[action.id] = std::max(host.disowned[action.id], action.attempt);
    return Probed{action.attempt, {Probe::Kind::never_ran, {}, "it never ran, and will not"}};
  }
  if (ran != host.ran.end()) return Reported{action.attempt, done};
  if (host.disowned[action.id] >= action.attempt)
    return Reported{action.attempt, {Outcome::Kind::error, "cancelled before it came", {}}};
  host.ran[action.id] = action.attempt;
  ++host.effects[action.id];
  return Reported{action.attempt, done};
}

void FleetWorld::restart() {
  partition_ = std::make_unique<PartitionState>(*PartitionState::load(Partition(1), records_));
  if (track_) track_->stop();
  answers_.clear();
  track_ = std::make_unique<RemoteTrack>(
      fleet, [this](riposte::Answer answer) { answers_.push_back(std::move(answer)); });
  fleet.on_connected([this](const std::string& host) { came_.push_back(host); });
}

void FleetWorld::propose(const ActionRequest& request) {
  if (!partition_->submit({request, no_approval()}, now_)) throw std::logic_error("submit");
}

void FleetWorld::turn() {
  Lanes lanes(*track_);
  for (const riposte::Answer& answer : std::exchange(answers_, {})) {
    if (answer.fact)
      partition_->answer(answer.action, *answer.fact, now_, lanes);
    else
      partition_->owe_again(answer.action);
  }
  for (const std::string& host : std::exchange(came_, {})) partition_->host_connected(host);
  partition_->advance(now_, lanes);
  const std::vector<Commit> commits{partition_->take_commit(now_, true)};
  if (!commits.front().empty() && !records_.append(commits)) throw std::logic_error("append");
  for (const Effect& effect : partition_->take_effects()) {
    if (track_->run(effect)) continue;
    const Action& action = action_of(effect);
    here.push_back(action.id);
    answers_.push_back({action.partition, action.id, Reported{action.attempt, {}}});
  }
}

ActionRequest order_for(const std::string& host, int number, Duration pickup_deadline) {
  const std::string uid = host + "-" + std::to_string(number);
  ActionRequest request = some_request(uid);
  request.type = ActionType::block_ip;
  request.host = host;
  request.target = "address 203.0.113." + std::to_string(number);
  request.pickup_deadline = pickup_deadline;
  request.id = derive_action_id(uid, request.cause.rule, "t", host, request.target);
  return request;
}

}  // namespace riposte::test
