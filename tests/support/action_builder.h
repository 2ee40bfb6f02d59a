/// Orders and actions for tests, complete and unremarkable; a test changes what it is about.
#pragma once

#include <string>
#include <utility>

#include "engine/lifecycle/step.h"

namespace riposte::test {

inline const WallTime kNoon = *parse_iso8601("2026-03-10T12:00:00Z");

inline ActionRequest some_request(const std::string& uid = "detection-1") {
  ActionRequest request;
  request.partition = Partition(1);
  request.type = ActionType::kill_process;
  request.host = "ward-7";
  request.target = "process 4711";
  request.parameters = {{"pid", std::int64_t{4711}}};
  request.not_after = kNoon;
  request.severity = Severity::high;
  request.comment = "found by a test";
  request.cause = {StreamId("kafka:detections/0"),
                   Offset(17),
                   uid,
                   digest_of(uid),
                   RuleId("rule-1"),
                   "A rule",
                   "d1",
                   "kill_process"};
  request.submitter = {Actor::Kind::rule, "rule-1"};
  request.authors = {"Ruth Author"};
  request.verify_after = std::chrono::seconds(60);
  request.pickup_deadline = std::chrono::minutes(5);
  request.id =
      derive_action_id(uid, request.cause.rule, request.cause.template_name, request.host, request.target);
  return request;
}

inline Ruling no_approval() { return {false, Ground::auto_response, "", std::chrono::hours(24)}; }
inline Ruling approval() {
  return {true, Ground::template_demands, "the rule demands approval", std::chrono::hours(24)};
}
inline Person person(const std::string& name) { return {UserName(name), {}}; }

/// Steps through facts; every one must be legal.
inline Action lived(std::initializer_list<Fact> facts, WallTime now = kNoon) {
  Action action;
  bool exists = false;
  for (const Fact& fact : facts) {
    auto made = step(exists ? &action : nullptr, fact, now);
    if (!made) throw std::logic_error(made.error().text());
    action = made->action;
    exists = true;
  }
  return action;
}

inline Action pending_action() { return lived({Proposed{some_request(), approval()}}); }
inline Action queued_action() { return lived({Proposed{some_request(), no_approval()}}); }
inline Action executing_action() { return lived({Proposed{some_request(), no_approval()}, Started{}}); }
inline Action in_doubt_action() {
  return lived(
      {Proposed{some_request(), no_approval()}, Started{}, Reported{1, {Outcome::Kind::unknown, "?", {}}}});
}
inline Action unverified_action() {
  return lived(
      {Proposed{some_request(), no_approval()}, Started{}, Reported{1, {Outcome::Kind::ok, "done", {}}}});
}
inline Action verified_action() {
  return lived({Proposed{some_request(), no_approval()}, Started{},
                Reported{1, {Outcome::Kind::ok, "done", {}}}, Checked{{Proof::Kind::proven, "gone"}}});
}
inline Action failed_action() {
  return lived(
      {Proposed{some_request(), no_approval()}, Started{}, Reported{1, {Outcome::Kind::error, "no", {}}}});
}
inline Action cancelled_action() {
  return lived({Proposed{some_request(), approval()}, Decided{Decision::cancel, person("bob"), ""}});
}

/// The second of two in a chain.
inline ActionRequest request_behind(const ActionId& after) {
  ActionRequest request = some_request();
  request.chain = {after, 2, 2};
  return request;
}
inline const ActionId kPredecessor{"the one before it"};
inline PredecessorEnded ended(State state, Reason reason = Reason::none) {
  return {kPredecessor, "suspend_process", state, reason};
}
inline Action held_action() { return lived({Proposed{request_behind(kPredecessor), no_approval()}}); }
inline Action held_offer() { return lived({Proposed{request_behind(kPredecessor), approval()}}); }

inline ActionRequest lasting_request(Duration ttl) {
  ActionRequest request = some_request();
  request.type = ActionType::suspend_process;
  request.ttl = ttl;
  return request;
}
/// Suspended for an hour, and proved.
inline Action passing_action() {
  return lived({Proposed{lasting_request(std::chrono::hours(1)), no_approval()}, Started{},
                Reported{1, {Outcome::Kind::ok, "done", {}}}, Checked{{Proof::Kind::proven, "stopped"}}});
}

/// A person wants it taken back; whoever has to approve that says `ruling`.
inline Decided undo_by(const std::string& name, Ruling ruling = no_approval()) {
  return {Decision::undo, person(name), "a false positive", std::move(ruling)};
}
/// Suspended until somebody undoes it.
inline Action suspended_action() {
  return lived({Proposed{lasting_request({}), no_approval()}, Started{},
                Reported{1, {Outcome::Kind::ok, "done", {}}}, Checked{{Proof::Kind::proven, "stopped"}}});
}
inline Action unproved_suspended_action() {
  return lived({Proposed{lasting_request({}), no_approval()}, Started{},
                Reported{1, {Outcome::Kind::ok, "done", {}}}});
}
/// Suspended for an hour by an order that ended so.
inline Action ill_suspended_action(Outcome::Kind kind, Duration ttl = std::chrono::hours(1)) {
  return lived({Proposed{lasting_request(ttl), no_approval()}, Started{}, Reported{1, {kind, "", {}}}});
}
/// Suspended for an hour, and seen to run.
inline Action disproved_suspended_action() {
  return lived({Proposed{lasting_request(std::chrono::hours(1)), no_approval()}, Started{},
                Reported{1, {Outcome::Kind::ok, "done", {}}}, Checked{{Proof::Kind::disproven, "it runs"}}});
}
/// Suspended for an hour, or not: nobody knows, and somebody has called it off.
inline Action suspended_in_doubt_action() {
  return lived({Proposed{lasting_request(std::chrono::hours(1)), no_approval()}, Started{},
                Reported{1, {Outcome::Kind::unknown, "?", {}}},
                Decided{Decision::cancel, person("bob"), ""}});
}
inline Action after(const Action& action, const Fact& fact) { return step(&action, fact, kNoon)->action; }

}  // namespace riposte::test
