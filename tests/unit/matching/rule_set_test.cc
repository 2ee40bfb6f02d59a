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

TEST(RuleSets, HaveADigestOfTheirRulesAndTheirSchema) {
  const std::string digest = RuleSet::compile(three_rules(), {}).rules->digest();
  EXPECT_EQ(RuleSet::compile(three_rules(), {}).rules->digest(), digest);
  std::vector<Rule> fewer = three_rules();
  fewer.pop_back();
  EXPECT_NE(RuleSet::compile(std::move(fewer), {}).rules->digest(), digest);
  EXPECT_NE(RuleSet::compile(three_rules(), {*shipped_schema("elastic_security_alert")}).rules->digest(),
            digest);
}

Schema schema_named(const std::string& name, const std::string& key) {
  Schema schema;
  schema.name = name;
  schema.detect = {{{FieldTest::Kind::present, key, {}, {}}}};
  return schema;
}

TEST(RuleSets, ReadEveryEventByTheFirstSchemaThatRecognisesIt) {
  Schema first = schema_named("first", "one");
  first.fields["Image"] = {{plain_way("image.one")}, {}};
  Schema second = schema_named("second", "both");
  second.fields["Image"] = {{plain_way("image.two")}, {}};
  std::vector<Rule> rules;
  rules.push_back(rule("r", "{Image: x}"));
  const auto compiled = RuleSet::compile(std::move(rules), {first, second}).rules;
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"one":1,"both":1,"image":{"one":"x"}})", "first"},
      {R"({"both":1,"image":{"two":"x"}})", "second"},
      {R"({"other":1,"Image":"x"})", "generic"}};
  EventParser parser;
  Scratch scratch;
  for (const auto& [json, name] : cases) {
    const auto matches = compiled->match(*parser.parse(json), scratch);
    EXPECT_EQ(matches->size(), 1U) << json;
    EXPECT_EQ(matches->recognised.schema->name, name);
    EXPECT_EQ(compiled->recognise(*parser.parse(json)).schema->name, name);
  }
  EXPECT_THAT(ids(*compiled, R"({"both":1,"image":{"one":"x"},"Image":"x"})", scratch), IsEmpty());
}

TEST(RuleSets, AskASingleSchemaNothing) {
  Schema only = schema_named("only", "never there");
  only.fields["Image"] = {{plain_way("image")}, {}};
  std::vector<Rule> rules;
  rules.push_back(rule("r", "{Image: x}"));
  Scratch scratch;
  const auto compiled = RuleSet::compile(std::move(rules), {only}).rules;
  EXPECT_THAT(ids(*compiled, R"({"image":"x"})", scratch), ElementsAre("r"));
}

TEST(RuleSets, AskOnlyRulesOfTheLogSourceThatTheEventComesFrom) {
  std::vector<Rule> rules;
  for (const char* id : {"any", "created", "network", "linux", "netflow"})
    rules.push_back(rule(id, "{a: 1}"));
  rules[1].logsource = {"process_creation", "windows", ""};
  rules[2].logsource = {"network_connection", "windows", "sysmon"};
  rules[3].logsource = {"", "linux", ""};
  rules[4].logsource = {"", "", "netflow"};
  const std::string sysmon = R"({"a":1,"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational"})";
  Scratch scratch;
  const auto gated = RuleSet::compile(rules, {*shipped_schema("windows_event_flat")}).rules;
  EXPECT_THAT(ids(*gated, sysmon, scratch), ElementsAre("any", "created"));
  EXPECT_THAT(ids(*gated, R"({"a":1})", scratch), ElementsAre("any", "created", "network"));
  const auto open =
      RuleSet::compile(rules, {*shipped_schema("windows_event_flat")}, {.ignore_logsource = true}).rules;
  EXPECT_THAT(ids(*open, sysmon, scratch), ElementsAre("any", "created", "network"))
      << "what no Windows event can be is not asked";
  EXPECT_NE(open->digest(), gated->digest());
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

TEST(RuleSets, MatchAGermanSharpSInBothOfItsCases) {
  std::vector<Rule> rules;
  rules.push_back(rule("small", "{a|contains: stra\u00DFe}"));
  rules.push_back(rule("large", "{a|contains: STRA\u1E9EE}"));
  const auto compiled = RuleSet::compile(std::move(rules), {});
  Scratch scratch;
  EXPECT_THAT(ids(*compiled.rules, "{\"a\":\"Hauptstra\u00DFe 1\"}", scratch), ElementsAre("small", "large"));
  EXPECT_THAT(ids(*compiled.rules, "{\"a\":\"HAUPTSTRA\u1E9EE 1\"}", scratch), ElementsAre("small", "large"));
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
