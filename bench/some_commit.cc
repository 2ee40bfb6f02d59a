#include "bench/some_commit.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "engine/lifecycle/step.h"

namespace riposte::bench {
namespace {

const Partition kPartition{1};
const StreamId kStream{"kafka:detections/0"};
const WallTime kBegin = *parse_iso8601("2026-03-10T12:00:00Z");

ActionRequest request_of(std::uint64_t number, WallTime now) {
  ActionRequest request;
  request.partition = kPartition;
  request.type = ActionType::kill_process;
  request.host = fmt::format("web-{}.example.net", number % 500);
  request.target = fmt::format("process {}", 2000 + number);
  request.parameters = {{"pid", static_cast<std::int64_t>(2000 + number)},
                        {"start", std::string("2026-03-10T11:59:58.120Z")}};
  request.not_after = now;
  request.severity = Severity::high;
  request.comment = fmt::format("Killing xmrig (pid {}) of www-data on {}", 2000 + number, request.host);
  request.cause = {kStream,
                   Offset(static_cast<std::int64_t>(number)),
                   digest_of(fmt::format("detection {}", number)),
                   digest_of(fmt::format("event {}", number)),
                   RuleId("5f2b6c1e-7a43-4d0c-9a5e-0d6a1c5a7f01"),
                   "Cryptominer on a server",
                   digest_of("rule"),
                   "kill_process"};
  request.submitter = {Actor::Kind::rule, request.cause.rule.value()};
  request.authors = {"Riposte examples"};
  request.verify_after = kVerifyAfterDefault;
  request.pickup_deadline = spec_of(request.type).pickup_deadline;
  request.id = derive_action_id(request.cause.event_uid, request.cause.rule, request.cause.template_name,
                                request.host, request.target);
  return request;
}

Step must_step(const Action* action, const Fact& fact, WallTime now) {
  auto made = step(action, fact, now);
  if (!made || !made->audit) throw std::logic_error("a legal step was refused");
  return *std::move(made);
}

}  // namespace

Commit CommitMaker::proposed(std::size_t actions) {
  Commit commit = begin();
  for (std::size_t i = 0; i < actions; ++i) add_proposed(commit);
  commit.position = StreamPosition{kStream, kPartition, Offset(static_cast<std::int64_t>(detections_))};
  return commit;
}

Commit CommitMaker::started() {
  Commit commit = proposed(1);
  Step made = must_step(&commit.rows.front(), Started{}, commit.rows.front().updated_at);
  record(commit, *std::move(made.audit));
  commit.rows.front() = std::move(made.action);
  return commit;
}

Commit CommitMaker::begin() const {
  Commit commit;
  commit.partition = kPartition;
  return commit;
}

const Action& CommitMaker::add_proposed(Commit& commit) {
  const std::uint64_t number = detections_++;
  const WallTime now = kBegin + std::chrono::milliseconds(number);
  const Ruling straight{false, Ground::auto_response, "", std::chrono::hours(24)};
  Step made = must_step(nullptr, Proposed{request_of(number, now), straight}, now);
  record(commit, *std::move(made.audit));
  return commit.rows.emplace_back(std::move(made.action));
}

void CommitMaker::record(Commit& commit, AuditRecord audit) {
  audit.sequence = ++audit_sequence_;
  audit.partition = kPartition;
  commit.audit.push_back(std::move(audit));
}

}  // namespace riposte::bench
