#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/authoring/check.h"
#include "engine/authoring/commands.h"
#include "engine/authoring/explain.h"
#include "engine/authoring/match.h"
#include "engine/authoring/rule_list.h"
#include "engine/authoring/rule_schema.h"
#include "engine/authoring/rule_tests.h"
#include "engine/cli/exit_code.h"
#include "engine/config/loading.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const char* const kMiner = R"(title: Cryptominer
id: miner-1
name: cryptominer
level: high
logsource: {product: linux}
detection:
  selection:
    process.name: [minerd, xmrig]
  filter_lab:
    host.name|startswith: lab-
  condition: selection and not filter_lab
)";
const char* const kBroken = "title: b\nid: b\ndetection: {s: {f: v}, condition: t}\n";

const WallTime kNow = *parse_iso8601("2026-03-10T12:00:00Z");

class AuthorsTools : public testing::Test {
 protected:
  Loaded load_rules(bool ignore_logsource = false) {
    return load({"", {scratch_.path().string() + "/rules"}, {"elastic_security_alert"}, ignore_logsource});
  }

  std::string explained(const std::string& event, bool json = false) {
    scratch_.write("rules/miner.yml", kMiner);
    const Loaded loaded = load_rules();
    const auto matches = explain_event(*loaded.rules, *find_rule(*loaded.rules, "miner"), event,
                                       {policy_, loaded.actions, kNow}, json, out_);
    EXPECT_TRUE(matches.has_value());
    matches_ = *matches;
    return out_.str();
  }

  Result<MatchCounts> matched(const std::string& events) {
    const std::vector<std::string> sources{scratch_.write("events.ndjson", events).string()};
    Progress progress(0, complaints_, false);
    return match_events(*load_rules().rules, sources, out_, complaints_, progress);
  }

  Policy policy_;
  test::Scratch scratch_;
  std::ostringstream out_;
  std::ostringstream complaints_;
  bool matches_ = false;
};

TEST_F(AuthorsTools, CheckCountsWhatWasLoadedAndWhatWasRefused) {
  scratch_.write("rules/good.yml", kMiner);
  scratch_.write("rules/bad.yml", kBroken);
  const Loaded loaded = load_rules();
  EXPECT_FALSE(is_clean(loaded));
  print_check(loaded, false, out_);
  EXPECT_TRUE(out_.str().ends_with("1 rule loaded, 1 refused\n")) << out_.str();
  print_check(loaded, true, out_);
  EXPECT_NE(out_.str().find("\"rule_set\": \"" + loaded.rules->digest() + "\""), std::string::npos)
      << out_.str();
}

TEST_F(AuthorsTools, MatchNamesSourceLineAndSortedRulesOfEveryEventThatMatches) {
  scratch_.write("rules/miner.yml", kMiner);
  scratch_.write("rules/any.yml", "title: a\nid: any\ndetection: {s: {process.pid: 7}, condition: s}\n");
  const auto counts = matched(
      "{\"process\":{\"name\":\"xmrig\",\"pid\":7}}\n\n{\"process\":{\"name\":\"init\"}}\n{broken\n[1]\r\n"
      "{\"process\":{\"pid\":7}}");
  ASSERT_TRUE(counts.has_value());
  EXPECT_EQ(counts->events, 3U);
  EXPECT_EQ(counts->matched, 2U);
  EXPECT_EQ(counts->unreadable, 2U);
  const std::string file = (scratch_.path() / "events.ndjson").string();
  EXPECT_EQ(out_.str(), "{\"source\":\"" + file +
                            "\",\"line\":1,\"rules\":[\"any\",\"miner-1\"]}\n{\"source\":\"" + file +
                            "\",\"line\":6,\"rules\":[\"any\"]}\n");
  EXPECT_THAT(complaints_.str(), AllOf(HasSubstr(file + ":4: error: "), HasSubstr(file + ":5: error: ")));
}

TEST_F(AuthorsTools, MatchSaysWhichFileItCannotRead) {
  const std::vector<std::string> sources{"/nowhere/events.ndjson"};
  Progress progress(0, complaints_, false);
  const auto counts = match_events(*load_rules().rules, sources, out_, complaints_, progress);
  ASSERT_FALSE(counts.has_value());
  EXPECT_EQ(counts.error().code, Errc::not_found);
  EXPECT_THAT(counts.error().text(), HasSubstr("/nowhere/events.ndjson"));
}

TEST_F(AuthorsTools, ExplainShowsWhatHeldAndWhatTheEventHasThere) {
  const std::string text =
      explained(R"({"process":{"name":"xmrig"},"host":{"name":"web-1","os":{"type":"linux"}}})");
  EXPECT_TRUE(matches_);
  EXPECT_THAT(text,
              AllOf(HasSubstr("matches\n"), HasSubstr("yes all of these"),
                    HasSubstr("yes process.name is 'minerd' or 'xmrig'   <- 'xmrig': it is 'xmrig'"),
                    HasSubstr("yes not this"), HasSubstr("no  host.name starts with 'lab-'   <- 'web-1'")));
}

TEST_F(AuthorsTools, ExplainSaysThatAFieldIsMissingAndThatTheLogSourceDoesNotFit) {
  const std::string text = explained(R"({"host":{"name":"lab-1","os":{"type":"windows"}}})");
  EXPECT_FALSE(matches_);
  EXPECT_THAT(text, AllOf(HasSubstr("does not match\n"), HasSubstr("the event does not have it"),
                          HasSubstr("the rule does not look at it"), HasSubstr("product linux")));
}

TEST_F(AuthorsTools, ExplainSaysWhatEachResponseComesToAndWhatStopsIt) {
  scratch_.write("rules/miner.yml", std::string(kMiner) + R"(author: Ann
response:
  - action: kill_process
    comment: Killing {{process.name}}
  - action: suspend_process
    minimum_severity: critical
  - action: resume_process
    require_approval: true
  - action: kill_process
    field: process.parent.pid
    dry_run: false
)");
  const Loaded loaded = load_rules();
  const std::string event = R"({"process":{"name":"xmrig","pid":4711},"host":{"name":"web-1"},
                                "@timestamp":"2026-03-10T11:59:00Z"})";
  ASSERT_TRUE(
      *explain_event(*loaded.rules, RuleIndex(0), event, {policy_, loaded.actions, kNow}, false, out_));
  EXPECT_THAT(
      out_.str(),
      AllOf(
          HasSubstr("kill_process      acts at once: process 4711 of web-1\n"),
          HasSubstr("\"Killing xmrig\""),
          HasSubstr(
              "suspend_process   makes no action: severity high is below the minimum_severity critical"),
          HasSubstr(
              "resume_process    waits for a person: process 4711 of web-1 (the rule demands approval)"),
          HasSubstr("kill_process-2    is recorded as failed: the event has no field 'process.parent.pid'")));
}

TEST_F(AuthorsTools, ListShowsWhatRulesLookAtAndRespondWith) {
  scratch_.write("rules/miner.yml",
                 std::string(kMiner) + "author: Ann\nresponse:\n  - action: kill_process\n");
  print_rules(*load_rules().rules, out_);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("miner-1"), HasSubstr("linux"), HasSubstr("looks at host.name, process.name"),
                    HasSubstr("responds with kill_process"), HasSubstr("1 rules\n")));
  print_rules_json(*load_rules().rules, out_);
  EXPECT_THAT(out_.str(), HasSubstr("\"looks_for\": \"process.name is 'minerd' or 'xmrig'\""));
}

TEST_F(AuthorsTools, ListEndsAsCheckDoesWhereNoRuleCanBeRead) {
  const std::string nowhere = scratch_.path().string() + "/nowhere";
  cli::ListRulesOptions list;
  list.rules.rules = {nowhere};
  cli::CheckOptions checked;
  checked.paths = {nowhere};
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int ended = authoring::list_rules(list);
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_EQ(authoring::check(checked), cli::kExitRefused);
  testing::internal::GetCapturedStdout();
  EXPECT_EQ(ended, cli::kExitRefused);
  EXPECT_THAT(told, HasSubstr(nowhere + ":1:1: error: "));
}

TEST_F(AuthorsTools, MatchWantsARuleToMatch) {
  cli::MatchOptions match;
  match.rules.rules = {scratch_.path().string() + "/nowhere"};
  match.events = {scratch_.write("events.ndjson", "{}\n")};
  testing::internal::CaptureStderr();
  const int ended = authoring::match(match);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("there is no rule to match"));
  EXPECT_EQ(ended, cli::kExitRefused);
}

TEST_F(AuthorsTools, TestRunsWhatRulesCarryAndSaysWhatIsWrong) {
  scratch_.write("rules/miner.yml", std::string(kMiner) + R"(author: Ann
response:
  - action: kill_process
    comment: Killing {{process.name}}
tests:
  - name: kills it
    event: {process: {name: xmrig, pid: 4711}, host: {name: web-1}, "@timestamp": "2026-03-10T11:59:00Z"}
    actions:
      - {action: kill_process, state: queued, comment: Killing xmrig, parameters: {pid: 4711}}
  - name: spares the lab
    event: {process: {name: xmrig}, host: {name: lab-1}}
    matches: false
  - name: wrongly matches
    event: {process: {name: init}}
  - name: wrong action
    event: {process: {name: xmrig, pid: 4711}, host: {name: web-1}, "@timestamp": "2026-03-10T11:59:00Z"}
    actions:
      - {action: kill_process, comment: other, reason: nobody says so, parameters: {pid: 1, x: 2}}
      - {action: run_script}
  - name: unexpected action
    event: {process: {name: xmrig, pid: 4711}, host: {name: web-1}, "@timestamp": "2026-03-10T11:59:00Z"}
    actions: []
  - name: no such file
    event_file: nowhere.json
)");
  const Loaded loaded = load_rules();
  const RuleTestReport report = run_rule_tests(*loaded.rules, policy_, loaded.actions, kNow);
  ASSERT_EQ(report.results.size(), 6U);
  EXPECT_EQ(report.failed(), 4U);
  print_report(report, out_);
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("ok    miner-1: kills it\n"), HasSubstr("ok    miner-1: spares the lab\n"),
            HasSubstr("must match, but does not"), HasSubstr("its comment is 'Killing xmrig', not 'other'"),
            HasSubstr("'nobody says so' is not in what it says"), HasSubstr("it has no parameter 'x'"),
            HasSubstr("no run_script comes out"), HasSubstr("kill_process on process 4711 comes out"),
            HasSubstr("nowhere.json"), HasSubstr("2 passed, 4 failed, 0 rules without tests\n")));
  std::ostringstream junit;
  print_junit(report, junit);
  EXPECT_THAT(junit.str(), AllOf(HasSubstr("tests=\"6\" failures=\"4\""), HasSubstr("name=\"kills it\"")));
}

TEST_F(AuthorsTools, EveryExampleRulePassesItsOwnTests) {
  const std::string examples = std::string(RIPOSTE_SOURCE_DIR) + "/examples/";
  const auto config = scratch_.write("riposte.yaml", "data: d\nrules: [" + examples + "rules]\nscripts: [" +
                                                         examples + "plugins/notify]\nsource: {stdin: {}}\n");
  const Loaded loaded = load({.config_path = config.string()});
  EXPECT_TRUE(is_clean(loaded));
  const RuleTestReport report = run_rule_tests(*loaded.rules, policy_, loaded.actions, kNow);
  print_report(report, out_);
  EXPECT_EQ(report.failed(), 0U) << out_.str();
  EXPECT_TRUE(report.rules_without_tests.empty()) << out_.str();
  EXPECT_GE(report.results.size(), 8U);
}

/// Both know the same keys: what the schema lets an editor offer, the reader takes.
TEST_F(AuthorsTools, TheSchemaForEditorsOffersWhatTheReaderTakes) {
  const auto schema = nlohmann::json::parse(rule_json_schema(executable_types()));
  const auto& item = schema["properties"]["response"]["anyOf"][0]["items"]["properties"];
  std::string rule = std::string(kMiner) + "author: Ann\nresponse:\n  - action: kill_process\n";
  for (const auto& [key, described] : item.items())
    if (key != "action") rule += "    " + key + ": {}\n";
  for (const auto& [key, described] : schema["properties"].items())
    if (rule.find("\n" + key + ":") == std::string::npos && key != "title") rule += key + ": {}\n";
  scratch_.write("rules/every-key.yml", rule);
  const Loaded loaded = load_rules();
  EXPECT_FALSE(loaded.diagnostics.empty());
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    EXPECT_EQ(diagnostic.message.find("unknown key"), std::string::npos) << diagnostic.message;
  for (const std::string_view modifier : {"contains", "base64offset", "fieldref", "neq"})
    EXPECT_THAT(schema.dump(), HasSubstr(std::string(modifier)));
}

TEST_F(AuthorsTools, ExplainSpeaksJson) {
  const std::string text = explained(R"({"process":{"name":"xmrig"}})", true);
  EXPECT_THAT(text, AllOf(HasSubstr("\"matches\": true"), HasSubstr("\"seen\": \"'xmrig': it is 'xmrig'\"")));
}

TEST_F(AuthorsTools, ARuleIsFoundByIdNameOrTheBeginningOfItsId) {
  scratch_.write("rules/miner.yml", kMiner);
  scratch_.write("rules/other.yml", "title: a\nid: miner-2\ndetection: {s: {a: 7}, condition: s}\n");
  const Loaded loaded = load_rules();
  EXPECT_TRUE(find_rule(*loaded.rules, "cryptominer").has_value());
  EXPECT_TRUE(find_rule(*loaded.rules, "miner-2").has_value());
  EXPECT_EQ(find_rule(*loaded.rules, "miner").error().code, Errc::conflict);
  EXPECT_THAT(find_rule(*loaded.rules, "crytominer").error().text(),
              HasSubstr("did you mean 'cryptominer'?"));
}

}  // namespace
}  // namespace riposte
