#include "engine/authoring/replay.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/authoring/replay_files.h"
#include "engine/authoring/replay_report.h"
#include "engine/config/loading.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A rule on one process name, with these responses.
std::string rule_on_process(const std::string& id, const std::string& process, const std::string& responses) {
  return "title: Rule " + id + "\nid: " + id +
         "\nauthor: Ann\nlevel: high\ndetection:\n  selection: {process.name: " + process +
         "}\n  condition: selection\nresponse:\n" + responses;
}

/// One event, at 2026-03-10T`time`Z, of which the pid makes the target.
std::string event(const std::string& uid, const std::string& time, int pid, const std::string& host = "web-1",
                  const std::string& process = "xmrig") {
  const std::string at = time.empty() ? "" : R"("@timestamp":"2026-03-10T)" + time + R"(Z",)";
  return R"({"kibana.alert.uuid":")" + uid + R"(",)" + at + R"("host":{"name":")" + host +
         R"("},"process":{"name":")" + process + R"(","pid":)" + std::to_string(pid) +
         R"(,"start":"2026-03-10T00:00:00Z"}})" + "\n";
}

class ReplayTest : public testing::Test {
 protected:
  /// Of the rules under `folder`.
  Loaded loaded_from(const std::string& folder) {
    return load({"", {(scratch_.path() / folder).string()}, {"elastic_security_alert"}});
  }

  ReplayFindings replayed(const std::string& events, bool against = false) {
    rules_ = loaded_from("rules");
    if (against) other_ = loaded_from("other");
    request_.emplace(ReplayRules{*rules_.rules, policy_, rules_.actions});
    if (against) request_->against.emplace(*other_.rules, policy_, other_.actions);
    request_->unknown_time = *parse_iso8601("2026-12-31T00:00:00Z");
    const auto history = FileHistory::open({scratch_.write("events.ndjson", events).string()});
    Progress progress(0, complaints_, false);
    auto findings = replay(**history, *request_, complaints_, progress);
    EXPECT_TRUE(findings.has_value());
    return *std::move(findings);
  }
  std::string text_of(const ReplayFindings& findings) {
    std::ostringstream out;
    print_replay(findings, *request_, out);
    return out.str();
  }
  nlohmann::json json_of(const ReplayFindings& findings) {
    std::ostringstream out;
    print_replay_json(findings, *request_, out);
    return nlohmann::json::parse(out.str());
  }

  test::Scratch scratch_;
  Policy policy_;
  Loaded rules_, other_;
  std::optional<ReplayRequest> request_;
  std::ostringstream complaints_;
};

TEST_F(ReplayTest, CountsActionsByTypeHostAndRuleAndFindsTheBusiestHour) {
  scratch_.write("rules/a.yml", rule_on_process("a", "xmrig", "  - action: kill_process\n"));
  scratch_.write("rules/b.yml", rule_on_process("b", "nc", "  - action: suspend_process\n"));
  const auto found =
      replayed(event("1", "09:10:00", 1) + event("2", "09:50:00", 2, "web-2") + event("3", "11:00:00", 3) +
               event("4", "12:00:00", 4, "web-1", "nc") + event("5", "12:00:00", 5, "web-1", "init"));
  EXPECT_EQ(found.read, 5U);
  EXPECT_EQ(found.rules.matches, 4U);
  EXPECT_EQ(found.rules.made.actions, 4U);
  EXPECT_EQ(found.rules.types.at(ActionType::kill_process).actions, 3U);
  EXPECT_EQ(found.rules.types.at(ActionType::suspend_process).actions, 1U);
  EXPECT_EQ(found.rules.hosts.at("web-1").actions, 3U);
  EXPECT_EQ(found.rules.rules.at(RuleId("a")).made.actions, 3U);
  EXPECT_EQ(found.rules.busiest(), BusyHour(*parse_iso8601("2026-03-10T09:00:00Z"), 2));
}

TEST_F(ReplayTest, TellsOfWhatIsNoEventWithItsLineAndGoesOn) {
  scratch_.write("rules/a.yml", rule_on_process("a", "xmrig", "  - action: kill_process\n"));
  const auto found = replayed("{broken\n\n[1]\n" + event("1", "09:00:00", 1));
  EXPECT_EQ(found.read, 3U);
  EXPECT_EQ(found.unusable_total(), 2U);
  EXPECT_EQ(found.unusable.at("not_json"), 1U);
  EXPECT_EQ(found.rules.made.actions, 1U);
  const std::string file = (scratch_.path() / "events.ndjson").string();
  EXPECT_THAT(complaints_.str(), AllOf(HasSubstr(file + ":1: error: "), HasSubstr(file + ":3: error: ")));
}

TEST_F(ReplayTest, JudgesCooldownsByTheTimesOfTheEvents) {
  scratch_.write("rules/a.yml",
                 rule_on_process("a", "xmrig",
                                 "  - {action: kill_process, cooldown: 10m, deduplicate_by: [host.name]}\n"));
  const auto found = replayed(event("1", "09:00:00", 1) + event("2", "09:09:59", 2) +
                              event("3", "09:10:00", 3) + event("4", "09:12:00", 4, "web-2"));
  EXPECT_EQ(found.rules.made.actions, 3U);
  EXPECT_EQ(found.rules.rules.at(RuleId("a")).swallowed, 1U);
}

TEST_F(ReplayTest, PutsEventsInTheOrderOfTheirTimesBeforeCooldownsAreAsked) {
  scratch_.write("rules/a.yml",
                 rule_on_process("a", "xmrig",
                                 "  - {action: kill_process, cooldown: 10m, deduplicate_by: [host.name]}\n"));
  const auto found =
      replayed(event("3", "12:00:00", 3) + event("2", "09:05:00", 2) + event("1", "09:00:00", 1));
  EXPECT_EQ(found.times.out_of_order, 2U);
  EXPECT_EQ(found.rules.made.actions, 2U) << "of nine o'clock the first, and noon";
  EXPECT_EQ(found.rules.rules.at(RuleId("a")).swallowed, 1U);
  EXPECT_EQ(found.rules.late, 0U);
}

TEST_F(ReplayTest, JudgesWhatComesTooLateForTheWindowAtTheTimeThatItHasReached) {
  scratch_.write("rules/a.yml", rule_on_process("a", "xmrig", "  - {action: kill_process, cooldown: 10m}\n"));
  const Loaded loaded = loaded_from("rules");
  ReplayRun run({*loaded.rules, policy_, loaded.actions}, {}, {[](const auto&) {}, [](const auto&) {}}, 1);
  EventTimes times(WallTime{});
  for (const auto& [uid, time] : {std::pair("1", "12:00:00"), {"2", "13:00:00"}, {"3", "09:00:00"}}) {
    const PastRecord past{{StreamId("s"), Offset(0), Offset(1), event(uid, time, 1)}, {}};
    times.begin(past);
    ASSERT_TRUE(run.see(past.record, times));
  }
  ASSERT_TRUE(run.finish());
  EXPECT_EQ(run.tally().late, 1U);
  EXPECT_EQ(run.tally().made.actions, 2U) << "at noon there is a cooldown";
  EXPECT_EQ(run.tally().rules.at(RuleId("a")).swallowed, 1U);
}

TEST_F(ReplayTest, JudgesActiveHoursByTheTimesOfTheEvents) {
  scratch_.write("rules/a.yml",
                 rule_on_process("a", "xmrig",
                                 "  - action: kill_process\n    active_hours: {time_zone: UTC, windows: "
                                 "[\"Mon-Fri 08:00-18:00\"]}\n"));
  const auto found = replayed(event("1", "09:00:00", 1) + event("2", "22:00:00", 2));
  EXPECT_EQ(found.rules.made.actions, 2U);
  EXPECT_EQ(found.rules.made.waiting, 1U);
  EXPECT_EQ(found.rules.waiting.at(Ground::outside_hours), 1U);
}

TEST_F(ReplayTest, SaysWhatGuardsThresholdAndDryRunsStopped) {
  scratch_.write("rules/a.yml",
                 rule_on_process("a", "xmrig",
                                 "  - {action: kill_process, minimum_severity: critical}\n"
                                 "  - {action: suspend_process, dry_run: true}\n"
                                 "  - {action: resume_process}\n"
                                 "  - {action: kill_process, name: parent, field: process.parent.pid}\n"));
  policy_.auto_response[ActionType::resume_process] = {Severity::critical, {}};
  const auto found = replayed(event("1", "09:00:00", 1));
  const RuleCounts& rule = found.rules.rules.at(RuleId("a"));
  EXPECT_EQ(rule.below_minimum, 1U);
  EXPECT_EQ(rule.made.dry_runs, 1U);
  EXPECT_EQ(rule.defective, 1U);
  EXPECT_EQ(found.rules.waiting.at(Ground::below_threshold), 1U);
  EXPECT_EQ(found.rules.made.actions, 1U) << "only what a person could still approve";
  EXPECT_THAT(text_of(found),
              AllOf(HasSubstr("1 below their minimum_severity"), HasSubstr("1 recorded as a dry run"),
                    HasSubstr("1 recorded as failed"), HasSubstr("1 below_threshold")));
}

TEST_F(ReplayTest, CountsADetectionThatComesAgainOnce) {
  scratch_.write("rules/a.yml", rule_on_process("a", "xmrig", "  - {action: kill_process, cooldown: 1m}\n"));
  const auto found = replayed(event("1", "09:00:00", 1) + event("1", "09:00:00", 1));
  EXPECT_EQ(found.rules.made.actions, 1U);
  EXPECT_EQ(found.rules.repeated, 1U);
  EXPECT_EQ(found.rules.rules.at(RuleId("a")).swallowed, 0U);
}

TEST_F(ReplayTest, StillKnowsADetectionAfterThousandsOfOthers) {
  scratch_.write("rules/a.yml", rule_on_process("a", "xmrig", "  - {action: kill_process, cooldown: 1h}\n"));
  std::string events = event("first", "09:00:00", 1);
  for (int i = 2; i <= 2500; ++i) events += event(std::to_string(i), "09:00:01", i);
  const auto found = replayed(events + event("first", "09:00:00", 1) + event("other", "09:30:00", 1));
  EXPECT_EQ(found.rules.made.actions, 2500U);
  EXPECT_EQ(found.rules.repeated, 1U);
  EXPECT_EQ(found.rules.rules.at(RuleId("a")).swallowed, 1U) << "the cooldown is known as well";
}

TEST_F(ReplayTest, TellsOfAnEventThatContradictsAnotherOfTheSameIdAsTheEngineDoes) {
  scratch_.write("rules/a.yml", rule_on_process("a", "xmrig", "  - action: kill_process\n"));
  const auto found = replayed(event("1", "09:00:00", 1) + event("1", "09:00:01", 1));
  EXPECT_EQ(found.rules.made.actions, 1U);
  EXPECT_EQ(found.rules.repeated, 0U);
  EXPECT_EQ(found.unusable.at("conflicting_duplicate"), 1U);
  EXPECT_THAT(complaints_.str(), HasSubstr("events.ndjson:2: error: another event already made action"));
}

TEST_F(ReplayTest, TakesTheTimeOfTheEventBeforeForOneThatSaysNone) {
  scratch_.write("rules/a.yml",
                 rule_on_process("a", "xmrig",
                                 "  - {action: kill_process, cooldown: 10m, deduplicate_by: [host.name]}\n"));
  const auto found = replayed(event("1", "", 1) + event("2", "09:00:00", 2) + event("3", "", 3));
  EXPECT_EQ(found.times.without_time, 2U);
  EXPECT_EQ(found.times.first, parse_iso8601("2026-03-10T09:00:00Z"));
  EXPECT_EQ(found.rules.rules.at(RuleId("a")).swallowed, 1U);
  EXPECT_TRUE(found.rules.hours.contains(*parse_iso8601("2026-12-31T00:00:00Z"))) << "nothing was known yet";
}

TEST_F(ReplayTest, CountsOrderedActionsThatNeverBeginBecauseTheOneBeforeFails) {
  scratch_.write("rules/a.yml",
                 rule_on_process("a", "xmrig",
                                 "  order: ordered\n  actions:\n"
                                 "    - {action: suspend_process}\n"
                                 "    - {action: kill_process}\n"
                                 "    - {action: kill_process, name: parent, field: process.parent.pid}\n"
                                 "    - {action: resume_process}\n"));
  const auto found = replayed(event("1", "09:00:00", 1));
  EXPECT_EQ(found.rules.made.actions, 2U);
  EXPECT_EQ(found.rules.in_turn, 1U);
  EXPECT_EQ(found.rules.rules.at(RuleId("a")).defective, 1U);
  EXPECT_EQ(found.rules.rules.at(RuleId("a")).after_none, 1U);
}

TEST_F(ReplayTest, ShowsTheLargestRowsAndHowManyMoreThereAre) {
  scratch_.write("rules/a.yml", rule_on_process("a", "xmrig", "  - action: kill_process\n"));
  std::string events;
  for (int i = 0; i < 15; ++i)
    events += event(std::to_string(i), "09:00:00", i + 1, "host-" + std::to_string(i));
  const auto found = replayed(events + event("x", "09:00:00", 99, "host-14"));
  EXPECT_THAT(text_of(found),
              AllOf(HasSubstr("host-14  2 "), HasSubstr("and 5 more\n"), Not(HasSubstr("host-9 "))));
  EXPECT_EQ(json_of(found)["by_host"].size(), 15U);
}

TEST_F(ReplayTest, SpeaksJson) {
  scratch_.write("rules/a.yml",
                 rule_on_process("a", "xmrig",
                                 "  - {action: kill_process, cooldown: 1h, deduplicate_by: [host.name]}\n"));
  const auto json = json_of(replayed(event("1", "09:00:00", 1) + event("2", "09:00:00", 2) + "{\n"));
  EXPECT_EQ(json["events"]["read"], 3);
  EXPECT_EQ(json["events"]["unusable"], 1);
  EXPECT_EQ(json["actions"], 1);
  EXPECT_EQ(json["stopped"]["cooldown"], 1);
  EXPECT_EQ(json["busiest_hour"]["hour"], "2026-03-10T09:00:00.000Z");
  EXPECT_EQ(json["by_rule"][0]["rule"], "a");
  EXPECT_EQ(json["by_type"][0]["type"], "kill_process");
  EXPECT_FALSE(json.contains("against"));
}

TEST_F(ReplayTest, ComparesTwoRuleSetsInOnePass) {
  scratch_.write("rules/a.yml", rule_on_process("a", "xmrig", "  - action: kill_process\n"));
  scratch_.write("rules/b.yml", rule_on_process("b", "nc", "  - action: kill_process\n"));
  scratch_.write("other/a.yml", rule_on_process("a", "[xmrig, minerd]", "  - action: kill_process\n"));
  scratch_.write("other/c.yml", rule_on_process("c", "nc", "  - action: suspend_process\n"));
  const auto found = replayed(event("1", "09:00:00", 1) + event("2", "09:00:00", 2, "web-1", "minerd") +
                                  event("3", "09:00:00", 3, "web-1", "nc") + "{broken\n",
                              true);
  const auto rules = found.difference.rules();
  EXPECT_EQ(rules.at(RuleId("a")).matches.after, 1U);
  EXPECT_EQ(rules.at(RuleId("a")).actions.before, 0U);
  EXPECT_EQ(rules.at(RuleId("a")).actions.after, 1U);
  EXPECT_EQ(rules.at(RuleId("b")).matches.before, 1U);
  EXPECT_EQ(rules.at(RuleId("c")).actions.after, 1U);
  EXPECT_EQ(found.unusable_total(), 1U) << "one line, told once";
  EXPECT_THAT(text_of(found), AllOf(HasSubstr("kill_process     2 → 2"), HasSubstr("suspend_process  0 → 1"),
                                    HasSubstr("+1          suspend_process"),
                                    HasSubstr("2 actions more, 1 fewer, 1 the same\n")));
  const auto json = json_of(found);
  EXPECT_EQ(json["difference"]["more"], 2);
  EXPECT_EQ(json["difference"]["actions"].size(), 3U);
  EXPECT_EQ(json["against"]["actions"], 3);
}

TEST_F(ReplayTest, FindsNoDifferenceBetweenARuleSetAndItself) {
  for (const char* folder : {"rules/a.yml", "other/a.yml"})
    scratch_.write(folder, rule_on_process("a", "xmrig", "  - {action: kill_process, cooldown: 1h}\n"));
  const auto found =
      replayed(event("1", "09:00:00", 1) + event("2", "09:00:00", 1) + event("3", "11:00:00", 1), true);
  EXPECT_TRUE(found.difference.rules().empty());
  EXPECT_EQ(found.difference.sum().same, 2U) << "the same target twice is two actions";
}

TEST(FileHistory, SaysWhatItCannotReadBeforeItReadsAnything) {
  const test::Scratch scratch;
  const std::string good = scratch.write("good", "{}\n").string();
  EXPECT_EQ(FileHistory::open({good, "/nowhere/events"}).error().code, Errc::not_found);
  EXPECT_THAT(FileHistory::open({good, scratch.path().string()}).error().text(), HasSubstr("is a folder"));
}

}  // namespace
}  // namespace riposte
