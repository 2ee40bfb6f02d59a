/// Orders to begin with: one for every verb, each of which passes every check.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/order/hello.h"
#include "engine/order/names.h"
#include "engine/order/report.h"

namespace riposte::test {

inline const WallTime kIssued{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
inline const ActionId kOrderedAction("0123456789abcdef0123456789abcdef");

inline ActionId action_number(int number) {
  const std::string digits = std::to_string(number);
  return ActionId(std::string(order::kActionIdDigits - digits.size(), '0') + digits);
}

inline std::set<order::Verb> every_verb() {
  std::set<order::Verb> verbs;
  for (std::size_t verb = 1; verb <= order::kVerbCount; ++verb) verbs.insert(static_cast<order::Verb>(verb));
  return verbs;
}

inline order::ProcessTarget sample_process() {
  return {.pid = 4711,
          .start = kIssued - std::chrono::minutes(5),
          .boot_id = "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa",
          .executable_sha256 = std::string(order::kSha256Digits, 'a'),
          .not_after = kIssued - std::chrono::minutes(1)};
}

inline order::Order sample_order(order::Command command = order::BlockIp{*parse_address("203.0.113.9")}) {
  order::Order sample;
  sample.action = kOrderedAction;
  sample.attempt = 1;
  sample.fleet = "north";
  sample.machine_id = "8f2d6a0c4e5b47d1a9c3e7f1b2d4c6e8";
  sample.enrolment = 3;
  sample.fence = {.shard = 2, .epoch = 7, .sequence = 41};
  sample.issued_at = kIssued;
  sample.expires_at = kIssued + std::chrono::minutes(5);
  sample.command = std::move(command);
  const order::Verb verb = order::verb_of(sample.command);
  if (verb == order::Verb::isolate_host || verb == order::Verb::block_ip) sample.ttl = std::chrono::hours(4);
  if (verb == order::Verb::unisolate_host || verb == order::Verb::unblock_ip)
    sample.releases = "fedcba9876543210fedcba9876543210";
  sample.deadline = std::chrono::seconds(10);
  return sample;
}

inline std::vector<order::Order> orders_of_every_verb() {
  const IpAddress v4 = *parse_address("203.0.113.9");
  const IpAddress v6 = *parse_address("2001:db8::9");
  return {sample_order(order::KillProcess{sample_process(), true, std::chrono::seconds(5)}),
          sample_order(order::SuspendProcess{sample_process(), false}),
          sample_order(order::ResumeProcess{{.pid = 1, .not_after = kIssued}}),
          sample_order(order::IsolateHost{{v4, v6}, true, false}),
          sample_order(order::UnisolateHost{}),
          sample_order(order::QuarantineFile{"/srv/up\xffload/\n.sh", std::string(64, 'f'), 12, 0}),
          sample_order(order::RestoreFile{"fedcba9876543210fedcba9876543210"}),
          sample_order(order::BlockIp{v6}),
          sample_order(order::UnblockIp{v4, false, std::chrono::minutes(10)})};
}

inline order::Report sample_report() {
  order::Report report;
  report.fleet = "north";
  report.machine_id = "8f2d6a0c4e5b47d1a9c3e7f1b2d4c6e8";
  report.enrolment = 3;
  report.action = kOrderedAction;
  report.attempt = 1;
  report.result = {ResultWord::ok, "blocked", {{"element", "203.0.113.9"}, {"flows", "2"}}};
  report.standing = order::Standing::ended;
  report.undo_due = kIssued + std::chrono::hours(4);
  report.holdings_left = 1;
  report.journal_id = std::string(32, 'b');
  report.journal_sequence = 9;
  report.at = kIssued + std::chrono::seconds(1);
  return report;
}

inline order::Hello sample_hello() {
  return {.fleet = "north",
          .machine_id = "8f2d6a0c4e5b47d1a9c3e7f1b2d4c6e8",
          .enrolment = 3,
          .journal_id = std::string(32, 'b'),
          .journal_sequence = 9,
          .nonce = {1, 2, 3},
          .at = kIssued};
}

/// A key that is the same in every run.
inline order::SigningKey key_of(std::uint8_t number) {
  order::Seed seed{};
  seed.fill(number);
  return order::SigningKey::from_seed(seed);
}
inline order::KeyRing ring_of(const order::SigningKey& key) {
  return *order::KeyRing::of({{.key = key.public_key(), .not_before = WallTime{}}});
}

}  // namespace riposte::test
