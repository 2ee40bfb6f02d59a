#include "rules/language/reader.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RuleReading : public ::testing::Test {
 protected:
  std::optional<Rule> read(std::string_view text) {
    Diagnostics diagnostics("r.yml");
    std::optional<Rule> rule = read_rule(text, diagnostics, {actions_, hours_});
    for (const Diagnostic& diagnostic : diagnostics.take()) said_.push_back(diagnostic.text());
    return rule;
  }

  ActionCatalogue actions_{
      {ActionType::kill_process, ActionType::run_script},
      {{"notify", {{"user", ValueKind::string, true, ""}, {"attempts", ValueKind::integer, false, ""}}}}};
  const std::map<std::string, ActiveHours> hours_{
      {"office",
       *ActiveHours::parse("office", "Europe/Berlin", std::vector<std::string>{"Mon-Fri 08:00-18:00"})}};
  std::vector<std::string> said_;
};

constexpr std::string_view kHead =
    "title: T\nid: r1\nauthor: Ann Lee , Bob\nlevel: high\ndetection:\n  sel: {a: 1}\n  condition: sel\n";

TEST_F(RuleReading, KeepsWhatTheHeadSays) {
  const auto rule = read(
      std::string(kHead) +
      "status: test\ntags: [x, y]\nlogsource: {product: windows, service: sysmon}\nlicense: MIT\nours: 1\n");
  ASSERT_TRUE(rule.has_value()) << said_.front();
  EXPECT_EQ(rule->id, RuleId("r1"));
  EXPECT_THAT(rule->authors, ElementsAre("Ann Lee", "Bob"));
  EXPECT_EQ(rule->level, Severity::high);
  EXPECT_THAT(rule->tags, ElementsAre("x", "y"));
  EXPECT_EQ(rule->logsource.service, "sysmon");
  EXPECT_EQ(rule->location.line, 2);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(RuleReading, GivesOtherBytesAnotherDigest) {
  const auto one = read(kHead);
  const auto other = read(std::string(kHead) + "# changed\n");
  EXPECT_FALSE(one->digest.empty());
  EXPECT_NE(one->digest, other->digest);
}

TEST_F(RuleReading, FillsATemplateWithItsDefaults) {
  const auto rule = read(std::string(kHead) + "response:\n  - action: kill_process\n");
  ASSERT_TRUE(rule.has_value());
  const ActionTemplate& made = rule->responses.at(0);
  EXPECT_EQ(made.name, "kill_process");
  EXPECT_EQ(made.target_field, "") << "the canonical one";
  EXPECT_FALSE(made.minimum_severity);
  EXPECT_FALSE(made.terms.require_approval);
  EXPECT_FALSE(made.terms.active_hours);
  EXPECT_FALSE(made.verify_after);
  EXPECT_THAT(made.comment.pieces, IsEmpty());
}

TEST_F(RuleReading, TakesAPlaceToExecuteFromOnlyWhereThatCanBe) {
  const auto made = [&](const std::string& keys) {
    return read(std::string(kHead) + "response:\n  - " + keys + "\n");
  };
  const auto rule = made("{action: kill_process, execute_from: engine}");
  ASSERT_TRUE(rule.has_value()) << said_.front();
  EXPECT_EQ(rule->responses.at(0).execute_from->place, ExecuteFrom::Place::engine);
  EXPECT_FALSE(made("{action: kill_process}")->responses.at(0).execute_from);
  EXPECT_FALSE(made("{action: kill_process, execute_from: somewhere}").has_value());
  EXPECT_THAT(said_.back(), HasSubstr("write host, engine or agent:NAME"));
  EXPECT_FALSE(made("{action: kill_process, execute_from: 'agent:web-1'}").has_value());
  EXPECT_THAT(said_.back(), HasSubstr("nothing here reaches agents"));
  EXPECT_FALSE(
      made("{action: run_script, script: notify, parameters: {user: ada}, execute_from: host}").has_value());
  EXPECT_THAT(said_.back(), HasSubstr("run_script is executed from the engine only"));
}

TEST_F(RuleReading, HoldsParametersToTheirBoundsAndToWhatIsHonoured) {
  actions_.not_honoured = {"tree"};
  const auto said_of = [&](const std::string& parameters) {
    const bool taken =
        read(std::string(kHead) + "response: [{action: kill_process, parameters: {" + parameters + "}}]\n")
            .has_value();
    return taken ? "" : said_.back();
  };
  EXPECT_THAT(said_of("term_grace: 1m"),
              HasSubstr("parameter 'term_grace': '1m' is out of bounds; write 0s to 30s"));
  EXPECT_THAT(said_of("tree: true"),
              HasSubstr("nothing here keeps to parameter 'tree' of kill_process; leave it out"));
  EXPECT_THAT(said_of("pid: 12"), HasSubstr("the process is named by 'field: process.pid' beside 'action'"));
  EXPECT_EQ(said_of("term_grace: 30s"), "");
}

TEST_F(RuleReading, KeepsEverythingATemplateSays) {
  const auto rule = read(std::string(kHead) +
                         "response:\n"
                         "  - action: kill_process\n    name: stop-it\n    field: process.parent.pid\n    "
                         "minimum_severity: critical\n"
                         "    active_hours: office\n    require_approval: true\n    verify_after: 5s\n"
                         "    comment: 'Stop {{ process.name }}!'\n"
                         "    parameters: {start: {field: process.parent.start}}\n"
                         "  - action: run_script\n    script: notify\n    active_hours: {time_zone: UTC, "
                         "windows: ['Sat,Sun 00:00-24:00']}\n"
                         "    parameters: {user: {field: user.name, default: nobody}, attempts: '3'}\n");
  ASSERT_TRUE(rule.has_value()) << said_.front();
  const ActionTemplate& kill = rule->responses.at(0);
  EXPECT_EQ(kill.name, "stop-it");
  EXPECT_EQ(kill.target_field, "process.parent.pid");
  EXPECT_EQ(kill.minimum_severity, Severity::critical);
  EXPECT_EQ(kill.terms.active_hours->name(), "office");
  EXPECT_TRUE(kill.terms.require_approval);
  EXPECT_EQ(kill.verify_after, std::chrono::seconds(5));
  EXPECT_EQ(kill.parameters.at("start").field, "process.parent.start");
  ASSERT_EQ(kill.comment.pieces.size(), 3U);
  EXPECT_EQ(kill.comment.pieces[0].text, "Stop ");
  EXPECT_TRUE(kill.comment.pieces[1].is_field);
  EXPECT_EQ(kill.comment.pieces[1].text, "process.name");
  EXPECT_EQ(kill.comment.pieces[2].text, "!");
  const ActionTemplate& script = rule->responses.at(1);
  EXPECT_EQ(script.script, "notify");
  EXPECT_TRUE(script.terms.active_hours.has_value());
  EXPECT_EQ(script.parameters.at("user").field, "user.name");
  EXPECT_EQ(script.parameters.at("user").value, Value(std::string("nobody")));
  EXPECT_EQ(script.parameters.at("attempts").value, Value(std::int64_t{3}));
}

TEST_F(RuleReading, NumbersTheSecondResponseOfAType) {
  const auto rule =
      read(std::string(kHead) +
           "response:\n  - action: kill_process\n  - {action: kill_process, name: kill_process-2}\n"
           "  - action: kill_process\n");
  std::vector<std::string> names;
  for (const ActionTemplate& made : rule->responses) names.push_back(made.name);
  EXPECT_THAT(names, ElementsAre("kill_process", "kill_process-2", "kill_process-3"));
}

TEST_F(RuleReading, WarnsWhenNobodyAnswersForAResponse) {
  EXPECT_TRUE(
      read("title: T\nid: x\ndetection: {s: {a: 1}, condition: s}\nresponse:\n  - action: kill_process\n")
          .has_value());
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_THAT(said_.front(), HasSubstr("warning: the rule responds but names no 'author'"));
}

TEST_F(RuleReading, RefusesAPlaceholderWhoseListIsEmpty) {
  Diagnostics diagnostics("r.yml");
  const std::string text = "title: T\nid: x\ndetection: {s: {a|expand: '%none%'}, condition: s}\n";
  EXPECT_FALSE(read_rule(text, diagnostics, {actions_, hours_, {{"none", {}}}}).has_value());
  EXPECT_THAT(diagnostics.all().front().message, HasSubstr("placeholder '%none%' has no values"));
}

TEST_F(RuleReading, BoundsTheConditionsDepth) {
  const auto nested = [](std::size_t depth) {
    return "title: T\nid: x\ndetection:\n  s: {a: 1}\n  condition: " + std::string(depth, '(') + "s" +
           std::string(depth, ')') + "\n";
  };
  EXPECT_TRUE(read(nested(50)).has_value());
  EXPECT_FALSE(read(nested(51)).has_value());
  EXPECT_THAT(said_.front(), HasSubstr("deeper than 50 levels"));
  EXPECT_FALSE(read(nested(100'000)).has_value());
}

class RuleFiles : public RuleReading {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& id) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "title: T\nid: " << id << "\ndetection: {s: {a: 1}, condition: s}\n";
    return (folder_ / name).string();
  }
  ReadRules read_all(const std::vector<std::string>& paths) { return read_rules(paths, {actions_, hours_}); }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("riposte_rules_" + std::to_string(::getpid()));
};

TEST_F(RuleFiles, SearchesFoldersToAnyDepthInOrderAndSkipsWhatIsHidden) {
  write("b.yml", "b");
  write("a/deep/z.yaml", "z");
  write(".git/c.yml", "c");
  write("d.txt", "d");
  const ReadRules read = read_all({folder_.string()});
  ASSERT_EQ(read.rules.size(), 2U);
  EXPECT_EQ(read.rules[0].id, RuleId("z"));
  EXPECT_EQ(read.rules[1].id, RuleId("b"));
  EXPECT_EQ(read.refused, 0U);
}

TEST_F(RuleFiles, ReadAFileNamedTwiceOnce) {
  const std::string file = write("a.yml", "a");
  const ReadRules read = read_all({file, folder_.string(), file});
  EXPECT_EQ(read.rules.size(), 1U);
  EXPECT_THAT(read.diagnostics, IsEmpty());
}

TEST_F(RuleFiles, ReportWhatIsNotThereAndReadTheRest) {
  const std::string missing = (folder_ / "none.yml").string();
  const ReadRules read = read_all({missing, write("a.yml", "a")});
  EXPECT_EQ(read.rules.size(), 1U);
  ASSERT_EQ(read.diagnostics.size(), 1U);
  EXPECT_EQ(read.diagnostics[0].text(),
            missing + ":1:1: error: cannot read " + missing + ": No such file or directory");
  EXPECT_EQ(read.refused, 1U);
}

TEST_F(RuleFiles, WarnOfAFolderWithoutRules) {
  const ReadRules read = read_all({folder_.string()});
  ASSERT_EQ(read.diagnostics.size(), 1U);
  EXPECT_EQ(read.diagnostics[0].kind, Diagnostic::Kind::warning);
}

TEST_F(RuleFiles, LetTheFirstOfTwoRulesKeepAnId) {
  const std::string first = write("a.yml", "same");
  const std::string second = write("b.yml", "same");
  const ReadRules read = read_all({folder_.string()});
  ASSERT_EQ(read.rules.size(), 1U);
  EXPECT_EQ(read.rules[0].location.file, first);
  ASSERT_EQ(read.diagnostics.size(), 1U);
  EXPECT_EQ(read.diagnostics[0].text(),
            second + ":2:5: error: rule id 'same' is taken by " + first + ":2:5; every rule needs its own");
  EXPECT_EQ(read.refused, 1U);
}

}  // namespace
}  // namespace riposte
