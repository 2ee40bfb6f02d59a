#include "engine/config/rule_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/config/loading.h"
#include "engine/config/rule_reload.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kThreeRules =
    "title: N\nid: negation\ndetection: {s: {f: long}, condition: not s}\n---\n"
    "title: C\nid: cheap\ndetection: {s: {f: long}, condition: s}\n---\n"
    "title: E\nid: expression\ndetection: {s: {f|re: 'a.b'}, condition: s}\n";

/// A configuration that names three rules: cheap, dear and dearest.
class ARuleCostLimit : public testing::Test {
 protected:
  Loaded loaded(const std::string& more) {
    folder_.write("rules/three.yml", kThreeRules);
    const auto file =
        folder_.write("riposte.yaml", "data: d\nrules: [rules]\nsource: {stdin: {}}\n" + more + "\n");
    return load({.config_path = file.string()});
  }
  std::string complaints(const std::vector<Diagnostic>& diagnostics) const {
    std::string text;
    const std::string folder = folder_.path().string() + "/";
    for (const Diagnostic& diagnostic : diagnostics) text += diagnostic.text().substr(folder.size()) + "\n";
    return text;
  }

  test::Scratch folder_;
};

TEST_F(ARuleCostLimit, ThatIsNotSetAllowsEverything) {
  const Loaded all = loaded("");
  EXPECT_EQ(complaints(all.diagnostics), "");
  EXPECT_EQ(all.rules->size(), 3U);
}

TEST_F(ARuleCostLimit, WarnsOfEveryDearerRuleWithPlaceReasonAndCureAndKeepsIt) {
  const Loaded warned = loaded("rule_cost: {limit: fair}");
  EXPECT_EQ(
      complaints(warned.diagnostics),
      "rules/three.yml:2:5: warning: rule 'negation' is dearest, and rule_cost allows fair: the condition "
      "can hold by 'not' alone; add a selection that says what the event has, and join it with 'and'\n"
      "rules/three.yml:10:5: warning: rule 'expression' is dear, and rule_cost allows fair: f fits the "
      "expression 'a.b', which names no text that must be there: any value of f has it looked at; write into "
      "the expression a text that every match has, or add a line with a text of 4 bytes or more to the "
      "same selection\n");
  EXPECT_EQ(warned.rules->size(), 3U);
  EXPECT_EQ(warned.refused, 0U);
}

TEST_F(ARuleCostLimit, RefusesDearerRulesAndKeepsTheOthers) {
  const Loaded refused = loaded("rule_cost: {limit: dear, above: refuse}");
  EXPECT_THAT(
      complaints(refused.diagnostics),
      HasSubstr("rules/three.yml:2:5: error: rule 'negation' is dearest, and rule_cost allows dear: "));
  ASSERT_EQ(refused.diagnostics.size(), 1U);
  EXPECT_EQ(refused.refused, 1U);
  ASSERT_EQ(refused.rules->size(), 2U);
  EXPECT_EQ(refused.rules->rule(RuleIndex(0)).id, RuleId("cheap"));
  EXPECT_EQ(refused.rules->rule(RuleIndex(1)).id, RuleId("expression"));
}

TEST_F(ARuleCostLimit, ThatRefusesNothingLeavesTheSetAsItIs) {
  EXPECT_EQ(loaded("rule_cost: {limit: dearest, above: refuse}").rules->digest(), loaded("").rules->digest());
}

TEST_F(ARuleCostLimit, IsReadWithItsMistakes) {
  EXPECT_THAT(complaints(loaded("rule_cost: {limit: fairr, above: warm}").diagnostics),
              AllOf(HasSubstr("riposte.yaml:4:20: error: "), HasSubstr("did you mean 'fair'?"),
                    HasSubstr("did you mean 'warn'?")));
  EXPECT_THAT(complaints(loaded("rule_cost: {above: refuse}").diagnostics),
              AllOf(HasSubstr("riposte.yaml:4:"), HasSubstr("'limit'")));
}

/// What a reload says on stderr when the files have stayed as they are; the sets that it put in force.
std::pair<std::string, std::vector<std::size_t>> reloaded(Loaded start, const std::string& rules,
                                                          const test::Scratch& folder) {
  ManualClock clock{WallTime(std::chrono::seconds(1))};
  Metrics metrics;
  std::vector<std::size_t> used;
  RuleReload reload({*start.configuration, start.actions, clock, metrics,
                     [&](const auto& set) { used.push_back(set->size()); }},
                    {start.rules, {}, start.refused, start.stamps});
  folder.write("rules/three.yml", rules);
  testing::internal::CaptureStderr();
  reload.reload();
  return {testing::internal::GetCapturedStderr(), used};
}

constexpr const char* kAnother = "---\ntitle: A\nid: another\ndetection: {s: {f: null}, condition: s}\n";

TEST_F(ARuleCostLimit, IsKeptToByAReloadWhichLogsItsWarnings) {
  const auto [log, used] =
      reloaded(loaded("rule_cost: {limit: dear}"), std::string(kThreeRules) + kAnother, folder_);
  EXPECT_THAT(log, AllOf(HasSubstr("rule warning"), HasSubstr("rule 'another' is dearest"),
                         HasSubstr("rules reloaded")));
  EXPECT_EQ(used, std::vector<std::size_t>{4});
}

TEST_F(ARuleCostLimit, LeavesTheOldSetInForceWhereItRefusesAChangedRule) {
  const auto [log, used] = reloaded(loaded("rule_cost: {limit: dear, above: refuse}"),
                                    std::string(kThreeRules) + kAnother, folder_);
  EXPECT_THAT(log, AllOf(HasSubstr("rule error"), HasSubstr("rule 'another' is dearest"),
                         HasSubstr("those in force stay")));
  EXPECT_TRUE(used.empty());
}

}  // namespace
}  // namespace riposte
