#include "engine/pipeline/detector.h"

#include <gtest/gtest.h>

#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace test;

constexpr const char* kKillDumpers = R"(
title: A process that reads memory
id: dumper
author: Ruth
level: low
logsource:
  category: process_creation
detection:
  selection:
    CommandLine|contains: dump
  condition: selection
response:
  - action: kill_process
    comment: "{{user.name}} of {{user.domain}}"
)";

/// The detector with every shipped format.
class DetectorOfAllFormats : public testing::Test {
 protected:
  DetectorOfAllFormats() {
    actions_.executable = {ActionType::kill_process};
    Diagnostics diagnostics("rule.yml");
    const std::map<std::string, ActiveHours> no_hours;
    auto rule = read_rule(kKillDumpers, diagnostics, {actions_, no_hours});
    rules_ = RuleSet::compile({*rule}, shipped_schemas()).rules;
  }

  std::vector<Proposed> proposals(const std::string& bytes) {
    Detector detector({}, policy_, actions_);
    return detector.detect({StreamId("s"), Offset(7), Offset(8), bytes, false}, *rules_, kNoon).proposals;
  }

  Policy policy_;
  ActionCatalogue actions_;
  std::shared_ptr<const RuleSet> rules_;
};

TEST_F(DetectorOfAllFormats, RendersAnOrderFromWhateverFormatTheEventIsOf) {
  const auto ocsf = proposals(
      R"({"class_uid":2004,"severity_id":4,"start_time":1772366400123,"metadata":{"uid":"f-1"},
      "device":{"name":"h"},"evidences":[{"file":{}},{"process":{"pid":4711,"created_time":1772366399001,
      "cmd_line":"dump"},"actor":{"user":{"name":"ann","domain":"CORP"}}}]})");
  const auto wazuh = proposals(
      R"({"timestamp":"2026-03-01T12:05:00+0000","id":"f-1","rule":{"id":"1","level":12},"agent":{"id":"7"},
      "data":{"win":{"system":{"channel":"Microsoft-Windows-Sysmon/Operational","eventID":"1","computer":"h",
      "systemTime":"2026-03-01T12:00:00.1230000Z"},"eventdata":{"utcTime":"2026-03-01 11:59:59.001",
      "processId":"4711","commandLine":"DUMP","user":"CORP\\ann"}}}})");
  for (const auto& made : {ocsf, wazuh}) {
    ASSERT_EQ(made.size(), 1U);
    const ActionRequest& request = made.front().request;
    EXPECT_EQ(request.defect, "");
    EXPECT_EQ(request.host, "h");
    EXPECT_EQ(request.target, "process 4711");
    EXPECT_EQ(request.parameters.at("start"), Value("2026-03-01T11:59:59.001Z"));
    EXPECT_EQ(request.not_after, *parse_iso8601("2026-03-01T12:00:00.123Z"));
    EXPECT_EQ(request.severity, Severity::high);
    EXPECT_EQ(request.comment, "ann of CORP");
    EXPECT_EQ(request.cause.event_uid, "f-1");
  }
}

TEST_F(DetectorOfAllFormats, ReadsAnEventOfNoKnownFormatWithItsOwnNames) {
  const auto made = proposals(
      R"({"CommandLine":"dump","host.name":"h","process":{"pid":5},"time":"2026-03-10T11:00:00Z"})");
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made.front().request.target, "process 5");
  EXPECT_EQ(made.front().request.severity, Severity::low) << "the rule's level counts";
}

TEST_F(DetectorOfAllFormats, KeepsARuleAwayFromEventsOfAnotherLogSource) {
  EXPECT_TRUE(proposals(R"({"EventID":11,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"h",
      "CommandLine":"dump","ProcessId":5})")
                  .empty());
}

TEST_F(DetectorOfAllFormats, JudgesAnEventOfThePastByTheMomentThatItIsGiven) {
  Detector detector({}, policy_, actions_);
  const std::string bytes = R"({"CommandLine":"dump","host.name":"h","process":{"pid":5,"start":
      "2026-02-01T10:00:00Z"},"time":"2026-02-01T11:00:00Z"})";
  const Detection detection = detector.detect(
      {StreamId("s"), Offset(7), Offset(8), bytes}, *rules_, kNoon, [](const Recognised& recognised) {
        return *parse_iso8601(recognised.schema->first(recognised.event, field::kTime)->text()) -
               std::chrono::minutes(1);
      });
  EXPECT_EQ(detection.matches, std::vector<RuleIndex>{RuleIndex(0)});
  ASSERT_EQ(detection.proposals.size(), 1U);
  EXPECT_EQ(detection.proposals.front().request.not_after, *parse_iso8601("2026-02-01T10:59:00Z"));
}

}  // namespace
}  // namespace riposte
