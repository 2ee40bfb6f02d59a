#include "tests/crash/workload.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace riposte::test {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kOneLedger = "ledger-one";
constexpr std::string_view kThreeLedgers = "ledger-three";
constexpr std::string_view kOffered = "offered";
constexpr std::string_view kToKill = "crash-kill";
constexpr std::string_view kToSuspend = "crash-suspend";

/// What one template of one rule asks for when a process of some name is seen.
struct Call {
  std::string_view process_name;
  std::string_view rule;
  std::string_view template_name;
  ActionType type;
  std::string_view script;
};

constexpr std::string_view kRuleOfAll = "c7a50000-0000-4000-8000-000000000001";
constexpr std::string_view kRuleOfThree = "c7a50000-0000-4000-8000-000000000002";
constexpr std::string_view kRuleOfOffers = "c7a50000-0000-4000-8000-000000000003";
constexpr std::string_view kRuleOfKills = "c7a50000-0000-4000-8000-000000000004";
constexpr std::string_view kRuleOfSuspensions = "c7a50000-0000-4000-8000-000000000005";

/// Written by hand, beside the rules below, so that no code of the engine decides what is expected.
constexpr std::array<Call, 7> kCalls{{
    {kOneLedger, kRuleOfAll, "plain", ActionType::run_script, "ledger"},
    {kThreeLedgers, kRuleOfAll, "plain", ActionType::run_script, "ledger"},
    {kThreeLedgers, kRuleOfThree, "plain", ActionType::run_script, "ledger"},
    {kThreeLedgers, kRuleOfThree, "proved", ActionType::run_script, "proved-ledger"},
    {kOffered, kRuleOfOffers, "offer", ActionType::run_script, "ledger"},
    {kToKill, kRuleOfKills, "kill_process", ActionType::kill_process, ""},
    {kToSuspend, kRuleOfSuspensions, "suspend_process", ActionType::suspend_process, ""},
}};

std::string rule_text(std::string_view id, std::string_view selection, std::string_view response) {
  return fmt::format(R"(title: Crash test {0}
id: {0}
status: test
author: the crash test
logsource:
  category: process_creation
level: high
detection:
  selection:
    {1}
  condition: selection
response:
{2})",
                     id, selection, response);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> workload_rules() {
  return {{"all.yml", rule_text(kRuleOfAll, "process.name|startswith: ledger-",
                                "  - action: run_script\n    name: plain\n    script: ledger\n")},
          {"three.yml", rule_text(kRuleOfThree, "process.name: ledger-three",
                                  "  - action: run_script\n    name: plain\n    script: ledger\n"
                                  "  - action: run_script\n    name: proved\n    script: proved-ledger\n")},
          {"offers.yml",
           rule_text(
               kRuleOfOffers, "process.name: offered",
               "  - action: run_script\n    name: offer\n    script: ledger\n    require_approval: true\n")},
          {"kills.yml", rule_text(kRuleOfKills, "process.name: crash-kill", "  - action: kill_process\n")},
          {"suspensions.yml",
           rule_text(kRuleOfSuspensions, "process.name: crash-suspend", "  - action: suspend_process\n")}};
}

Workload::Workload(std::uint64_t seed, std::string topic, std::int32_t partitions, std::string host)
    : random_(seed),
      topic_(std::move(topic)),
      partitions_(partitions),
      host_(std::move(host)),
      uid_prefix_(fmt::format("alert-{}-", seed)) {
  for (std::int32_t i = 0; i < partitions; ++i) account_.produced[stream(i)] = 0;
}

StreamId Workload::stream(std::int32_t partition) const {
  return StreamId(fmt::format("kafka:{}/{}", topic_, partition));
}

std::int32_t Workload::below(std::int32_t limit) {
  return static_cast<std::int32_t>(random_() % static_cast<std::uint64_t>(limit));
}

std::string Workload::next_uid() { return uid_prefix_ + std::to_string(uids_++); }

std::vector<MadeRecord> Workload::next() {
  const int kind = below(100);
  if (kind < 40) return {harmless()};
  if (kind < 46) return {malformed()};
  if (kind < 48 && !origins_.empty()) return {contradiction()};
  if (kind < 58 && !origins_.empty())
    return {repeat(origins_[static_cast<std::size_t>(below(static_cast<int>(origins_.size())))])};
  const std::string_view name = kind < 63 ? kOffered : kind < 80 ? kThreeLedgers : kOneLedger;
  std::vector<MadeRecord> made{matching(name, below(partitions_))};
  // Two workers see the same detection at the same time.
  if (chance(15)) made.push_back(repeat(origins_.back()));
  return made;
}

std::vector<MadeRecord> Workload::last() {
  std::vector<MadeRecord> made;
  for (std::int32_t i = 0; i < partitions_; ++i) made.push_back(matching(kOneLedger, i));
  return made;
}

MadeRecord Workload::offer() { return matching(kOffered, below(partitions_)); }

MadeRecord Workload::about_process(ActionType type, std::int64_t pid) {
  const std::string_view name = type == ActionType::kill_process ? kToKill : kToSuspend;
  origins_.push_back(make_origin(name, pid, Severity::critical));
  return put(origins_.back(), below(partitions_));
}

MadeRecord Workload::put(std::int32_t partition, std::string bytes) {
  ++account_.produced[stream(partition)];
  ++detections_;
  return {partition, std::move(bytes)};
}

MadeRecord Workload::put(Origin& origin, std::int32_t partition) {
  const Place place{stream(partition), account_.produced[stream(partition)]};
  for (const ActionId& id : origin.actions) account_.actions.at(id).places.insert(place);
  origin.partitions.insert(partition);
  return put(partition, origin.bytes);
}

MadeRecord Workload::put_letter(std::int32_t partition, std::string reason, std::string bytes) {
  const Place place{stream(partition), account_.produced[stream(partition)]};
  account_.letters[place] = {std::move(reason), bytes};
  return put(partition, std::move(bytes));
}

Workload::Origin Workload::make_origin(std::string_view process_name, std::int64_t pid, Severity severity) {
  Origin origin{.uid = next_uid(), .bytes = {}, .actions = {}, .partitions = {}};
  const Json alert{{"@timestamp", iso8601(clock_.now())},
                   {"kibana.alert.uuid", origin.uid},
                   {"kibana.alert.severity", name_of(severity)},
                   {"kibana.alert.rule.name", "Crash test"},
                   {"host", {{"name", host_}}},
                   {"process", {{"name", process_name}, {"pid", pid}}},
                   {"message", std::string(static_cast<std::size_t>(below(200)), 'x')}};
  origin.bytes = alert.dump();
  for (const Call& call : kCalls) {
    if (call.process_name != process_name) continue;
    const bool is_script = call.type == ActionType::run_script;
    const std::string target =
        is_script ? fmt::format("script {}", call.script) : fmt::format("process {}", pid);
    const RuleId rule{std::string(call.rule)};
    const ActionId id = derive_action_id(origin.uid, rule, call.template_name, host_, target);
    account_.actions[id] = {origin.uid, rule, std::string(call.template_name),
                            call.type,  {},   process_name == kOffered};
    origin.actions.push_back(id);
  }
  return origin;
}

MadeRecord Workload::matching(std::string_view process_name, std::int32_t partition) {
  constexpr std::int64_t kNoProcess = 1;  // no rule for scripts reads it
  origins_.push_back(make_origin(process_name, kNoProcess, chance(50) ? Severity::high : Severity::low));
  return put(origins_.back(), partition);
}

MadeRecord Workload::repeat(Origin& origin) {
  if (origin.contradicted || chance(30)) return put(origin, *origin.partitions.begin());
  return put(origin, below(partitions_));
}

MadeRecord Workload::harmless() {
  const Json alert{{"@timestamp", iso8601(clock_.now())},
                   {"kibana.alert.uuid", next_uid()},
                   {"kibana.alert.severity", "critical"},
                   {"host", {{"name", host_}}},
                   {"process", {{"name", "harmless"}, {"pid", 1}}}};
  return put(below(partitions_), alert.dump());
}

/// The same id in the same partition, and another event.
MadeRecord Workload::contradiction() {
  const auto clear = [](const Origin& origin) { return origin.partitions.size() == 1; };
  const auto found = std::ranges::find_if(origins_.rbegin(), origins_.rend(), clear);
  if (found == origins_.rend()) return harmless();
  found->contradicted = true;
  Json alert = Json::parse(found->bytes);
  alert["message"] = "another event " + std::to_string(detections_);
  return put_letter(*found->partitions.begin(), "conflicting_duplicate", alert.dump());
}

MadeRecord Workload::malformed() {
  const std::int32_t partition = below(partitions_);
  const std::string mark = std::to_string(detections_);
  switch (below(6)) {
    case 0:
      return put_letter(partition, "not_json", R"({"kibana.alert.uuid": "cut off )" + mark);
    case 1:
      return put_letter(partition, "not_json", "");
    case 2:
      return put_letter(partition, "not_an_object", "[" + mark + "]");
    case 3:
      return put_letter(partition, "too_large",
                        R"({"a": ")" + mark + std::string(kEventBytesMax, 'y') + R"("})");
    case 4: {
      std::string deep;
      for (std::size_t i = 0; i <= kEventDepthMax + 8; ++i) deep += R"({"a":)";
      return put_letter(partition, "too_deep", deep + mark + std::string(kEventDepthMax + 9, '}'));
    }
    default:
      return put_letter(partition, "not_json", "{\"a\": \"\xff\xfe " + mark + "\"}");
  }
}

}  // namespace riposte::test
