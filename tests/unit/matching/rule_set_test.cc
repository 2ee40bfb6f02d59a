#include "rules/matching/rule_set.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Rule rule(const std::string& id, const std::string& selection) {
  Diagnostics diagnostics(id + ".yml");
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  auto read = read_rule("title: T\nid: " + id + "\ndetection:\n  s: " + selection + "\n  condition: s\n",
                        diagnostics, {actions, hours});
  EXPECT_TRUE(read.has_value());
  return std::move(*read);
}

std::vector<std::string> ids(const RuleSet& rules, std::string_view json, Scratch& scratch) {
  EventParser parser;
  const auto matches = rules.match(*parser.parse(json), scratch);
  std::vector<std::string> found;
  for (const RuleIndex index : *matches) found.push_back(rules.rule(index).id.value());
  return found;
}

std::vector<Rule> three_rules() { return {rule("r1", "{a: 1}"), rule("r2", "{b: 1}"), rule("r3", "{a: 1}")}; }

TEST(RuleSets, NameEveryMatchingRuleInOrder) {
  Scratch scratch;
  const auto compiled = RuleSet::compile(three_rules(), {});
  EXPECT_THAT(ids(*compiled.rules, R"({"a":1})", scratch), ElementsAre("r1", "r3"));
  EXPECT_THAT(ids(*compiled.rules, R"({"b":1,"a":2})", scratch), ElementsAre("r2"));
  EXPECT_THAT(ids(*compiled.rules, R"({})", scratch), IsEmpty());
}

TEST(RuleSets, OfNoRulesMatchNothing) {
  Scratch scratch;
  const auto compiled = RuleSet::compile({}, {});
  EXPECT_EQ(compiled.rules->size(), 0U);
  EXPECT_THAT(ids(*compiled.rules, R"({"a":1})", scratch), IsEmpty());
}

TEST(RuleSets, LeaveOutARuleThatCannotBeCompiledAndKeepTheOthers) {
  std::vector<Rule> rules = three_rules();
  rules.insert(rules.begin() + 1, rule("broken", "{a|re: '(x'}"));
  Scratch scratch;
  const auto compiled = RuleSet::compile(std::move(rules), {});
  EXPECT_EQ(compiled.refused, 1U);
  ASSERT_EQ(compiled.diagnostics.size(), 1U);
  EXPECT_EQ(
      compiled.diagnostics[0].text(),
      "broken.yml:4:13: error: this regular expression cannot be used: missing ): (x; it must be RE2's, "
      "which has neither look-around nor back-references");
  EXPECT_THAT(ids(*compiled.rules, R"({"a":1,"b":1})", scratch), ElementsAre("r1", "r2", "r3"));
}

TEST(RuleSets, ListThePathsThatTheRulesAskFor) {
  Schema schema;
  schema.fields["Image"] = {"process.executable", "image"};
  std::vector<Rule> rules;
  rules.push_back(rule("r", "{Image: x, a: 1, b: null}"));
  EXPECT_THAT(RuleSet::compile(std::move(rules), schema).rules->paths(),
              ElementsAre("a", "b", "image", "process.executable"));
}

TEST(RuleSets, HaveADigestOfTheirRulesAndTheirSchema) {
  const std::string digest = RuleSet::compile(three_rules(), {}).rules->digest();
  EXPECT_EQ(RuleSet::compile(three_rules(), {}).rules->digest(), digest);
  std::vector<Rule> fewer = three_rules();
  fewer.pop_back();
  EXPECT_NE(RuleSet::compile(std::move(fewer), {}).rules->digest(), digest);
  EXPECT_NE(RuleSet::compile(three_rules(), *shipped_schema("elastic_security_alert")).rules->digest(),
            digest);
}

TEST(RuleSets, ShareAScratchFromSetToSet) {
  Scratch scratch;
  const auto large = RuleSet::compile(three_rules(), {});
  std::vector<Rule> one;
  one.push_back(rule("kw", "[needle]"));
  const auto small = RuleSet::compile(std::move(one), {});
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(ids(*large.rules, R"({"a":1})", scratch), ElementsAre("r1", "r3"));
    EXPECT_THAT(ids(*small.rules, R"({"x":"a Needle"})", scratch), ElementsAre("kw"));
    EXPECT_THAT(ids(*small.rules, R"({"x":"hay"})", scratch), IsEmpty());
  }
}

TEST(RuleSets, AnswerSeveralThreadsAtOnce) {
  std::vector<Rule> rules = three_rules();
  rules.push_back(rule("re", "{c|re: '^x+y$'}"));
  const auto compiled = RuleSet::compile(std::move(rules), {});
  const auto ask = [&] {
    Scratch scratch;
    for (int i = 0; i < 200; ++i) {
      EXPECT_THAT(ids(*compiled.rules, R"({"a":1,"c":"xxy"})", scratch), ElementsAre("r1", "r3", "re"));
      EXPECT_THAT(ids(*compiled.rules, R"({"b":1,"c":"xx"})", scratch), ElementsAre("r2"));
    }
  };
  const std::jthread one(ask);
  const std::jthread two(ask);
}

TEST(RuleSets, StayQuickOnPatternsMadeToBacktrack) {
  std::vector<Rule> rules;
  rules.push_back(rule("glob", "{a: '*a*a*a*a*a*a*a*a*a*a*b?'}"));
  rules.push_back(rule("re", "{a|re: '(a*)*(a*)*(a*)*b$'}"));
  const auto compiled = RuleSet::compile(std::move(rules), {});
  Scratch scratch;
  EXPECT_THAT(ids(*compiled.rules, "{\"a\":\"" + std::string(100'000, 'a') + "\"}", scratch), IsEmpty());
}

TEST(EventSeverity, ComesFromTheSchema) {
  EventParser parser;
  const Schema schema = *shipped_schema("elastic_security_alert");
  EXPECT_EQ(severity_of(*parser.parse(R"({"kibana.alert.severity":"critical"})"), schema),
            Severity::critical);
  EXPECT_EQ(severity_of(*parser.parse(R"({"kibana":{"alert":{"risk_score":47}}})"), schema),
            Severity::medium);
  EXPECT_EQ(severity_of(*parser.parse(R"({})"), schema), std::nullopt);
}

}  // namespace
}  // namespace riposte
