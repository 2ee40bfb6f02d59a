/// One of everything that is stored, with every field set: what the files in tests/golden/codec hold.
///
/// Never change a sample: the files were written from it. A new version of the format gets samples and files
/// of its own.
#pragma once

#include "engine/lifecycle/commit.h"

namespace riposte::test {

inline Action sample_action() {
  Action action;
  action.id = ActionId("0123456789abcdef0123456789abcdef");
  action.partition = Partition(3);
  action.type = ActionType::suspend_process;
  action.host = "ward-7";
  action.target = "process 4711";
  action.parameters = {
      {"flag", true}, {"pid", std::int64_t{INT64_MIN}}, {"text", std::string("a\0b\xff", 4)}};
  action.not_after = WallTime(Duration(1'700'000'000'123'456));
  action.severity = Severity::critical;
  action.comment = "found by a test";
  action.cause = {StreamId("kafka:detections/0"),
                  Offset(17),
                  "uid-1",
                  "d1g35t",
                  RuleId("rule-1"),
                  "A rule",
                  "ru1e",
                  "kill_process-2"};
  action.submitter = {Actor::Kind::rule, "rule-1"};
  action.authors = {"Ruth", "Ann"};
  action.verify_after = std::chrono::seconds(60);
  action.pickup_deadline = std::chrono::minutes(5);
  action.defect = "";
  action.state = State::executing;
  action.verification = Verification::pending;
  action.reason = Reason::superseded;
  action.ground = Ground::below_threshold;
  action.in_doubt = true;
  action.attempt = 300;
  action.checks = 2;
  action.due_at = WallTime(Duration(-1));
  action.created_at = WallTime(Duration(1'700'000'000'000'000));
  action.updated_at = WallTime(Duration(1'700'000'001'000'000));
  action.approver = "bob";
  action.detail = "no answer";
  action.evidence = {{"boot_id", "b"}, {"start_ticks", "88"}};
  return action;
}

inline AuditRecord sample_record() {
  AuditRecord record;
  record.sequence = UINT64_MAX;
  record.partition = Partition(3);
  record.at = WallTime(Duration(1'700'000'000'000'000));
  record.action = ActionId("0123456789abcdef0123456789abcdef");
  record.type = ActionType::disable_account;
  record.target = "process 4711";
  record.actor = {Actor::Kind::person, "bob"};
  record.event = "approve";
  record.from = State::pending_approval;
  record.to = State::queued;
  record.verification = Verification::none;
  record.reason = Reason::none;
  record.ground = Ground::template_demands;
  record.attempt = 1;
  record.detail = "seen";
  return record;
}

inline DeadLetter sample_letter() {
  return {StreamId("file:x"), Offset(-1), WallTime(Duration(1)),
          "not_json",         "why",      std::string("\0\x80{", 3)};
}

inline StreamPosition sample_position() { return {StreamId("kafka:t/1"), Partition(3), Offset(INT64_MAX)}; }

// ---- what version 2 added ----

inline Action sample_action_of_version_2() {
  Action action = sample_action();
  action.reason = Reason::dry_run;
  action.ground = Ground::automatic_undo;
  action.chain = {ActionId("fedcba9876543210fedcba9876543210"), 2, 300};
  action.cooldown = {"00112233445566778899aabbccddeeff", std::chrono::minutes(10)};
  action.ttl = std::chrono::hours(4);
  action.dry_run = true;
  action.undoes = ActionId("00000000000000000000000000000001");
  action.held = true;
  action.undo_due = WallTime(Duration(1'700'000'002'000'000));
  action.undone_by = ActionId("00000000000000000000000000000002");
  action.swallowed = UINT64_MAX;
  return action;
}

inline AuditRecord sample_record_of_version_2() {
  AuditRecord record = sample_record();
  record.reason = Reason::predecessor_ended;
  record.ground = Ground::automatic_undo;
  return record;
}

// ---- what version 3 added ----

inline Action sample_action_of_version_3() {
  Action action = sample_action_of_version_2();
  action.type = ActionType::restore_file;
  action.ground = Ground::policy_forbids;
  action.host_id = "4c4c4544-0042";
  action.execute_from = {ExecuteFrom::Place::agent, "web-1"};
  action.failed_undo = ActionId("00000000000000000000000000000003");
  return action;
}

inline AuditRecord sample_record_of_version_3() {
  AuditRecord record = sample_record_of_version_2();
  record.type = ActionType::restore_file;
  record.ground = Ground::policy_forbids;
  return record;
}

inline Cooldown sample_cooldown() {
  return {"00112233445566778899aabbccddeeff", Partition(3), ActionId("0123456789abcdef0123456789abcdef"),
          WallTime(Duration(1'700'000'600'000'000))};
}

}  // namespace riposte::test
