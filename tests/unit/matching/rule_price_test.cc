#include "rules/matching/rule_price.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"

namespace riposte {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Of one rule with this detection.
std::shared_ptr<const RuleSet> set_of_detection(const std::string& detection) {
  Diagnostics diagnostics("rule.yml");
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  std::vector<Rule> rules;
  rules.push_back(
      read_rule("title: T\nid: r\ndetection: " + detection + "\n", diagnostics, {actions, hours}).value());
  return RuleSet::compile(std::move(rules), {}).rules;
}

RulePrice price_of_detection(const std::string& detection) {
  return prices_of(*set_of_detection(detection)).at(0);
}

std::vector<std::string> triggers(const RulePrice& price) {
  std::vector<std::string> words;
  for (const RuleTrigger& trigger : price.triggers.any_of) words.push_back(words_of(trigger));
  return words;
}

/// "class: reason"
std::string judged(const std::string& detection) {
  const RulePrice price = price_of_detection(detection);
  EXPECT_EQ(price.reason.empty(), price.cost == CostClass::cheap) << detection;
  EXPECT_EQ(price.cure.empty(), price.cost == CostClass::cheap) << detection;
  return std::string(name_of(price.cost)) + ": " + price.reason;
}

TEST(RulePrice, IsCheapWhereOnlyRareTextsHaveTheRuleLookedAt) {
  const RulePrice price = price_of_detection(
      "{s: {process.name: [XMRig, minerd], process.pid: 7}, t: {x|endswith: .exe}, condition: s or t}");
  EXPECT_EQ(price.cost, CostClass::cheap);
  EXPECT_THAT(triggers(price),
              ElementsAre("process.name is 'xmrig'", "process.name is 'minerd'", "x ends with '.exe'"));
  EXPECT_EQ(judged("{s: {p: ssh}, condition: s}"), "cheap: ") << "three bytes are enough for a whole value";
}

TEST(RulePrice, NamesWhatTheSetGoesBy) {
  const auto set = set_of_detection("{s: {f: 4688, g|contains: mimikatz, h: x}, condition: s}");
  EXPECT_THAT(triggers(prices_of(*set).at(0)), ElementsAre("g contains 'mimikatz'"));
  Scratch scratch;
  scratch.measure_rules();
  EventParser parser;
  ASSERT_TRUE(set->match(*parser.parse(R"({"f":4688,"g":"cat","h":"x"})"), scratch));
  EXPECT_TRUE(scratch.rule_costs().empty()) << "not looked at";
  ASSERT_TRUE(set->match(*parser.parse(R"({"f":1,"g":"a MimiKatz"})"), scratch));
  ASSERT_EQ(scratch.rule_costs().size(), 1U);
  EXPECT_EQ(scratch.rule_costs().front().looks, 1U);
}

TEST(RulePrice, NamesATriggerOnceHoweverOftenTheRuleDoes) {
  EXPECT_THAT(triggers(price_of_detection("{s: {f|re: ['a.*', 'b.*']}, t: {f: long}, condition: s or t}")),
              ElementsAre("any value of f", "f is 'long'"));
}

TEST(RulePrice, IsFairForShortTextsAndSaysHowLongTheyAre) {
  EXPECT_EQ(judged("{s: {cmd|contains: '-e'}, condition: s}"),
            "fair: cmd contains '-e': 2 bytes, which many events have");
  EXPECT_EQ(judged("{s: {cmd|startswith: 'c'}, condition: s}"),
            "fair: cmd starts with 'c': 1 byte, which many events have");
  EXPECT_EQ(judged("{s: {cmd|contains: abc}, condition: s}"),
            "fair: cmd contains 'abc': 3 bytes, which many events have");
  EXPECT_EQ(judged("{s: {cmd|contains: abcd}, condition: s}"), "cheap: ");
  EXPECT_EQ(judged("{s: {cmd: ab}, condition: s}"), "fair: cmd is 'ab': 2 bytes, which many events have");
}

TEST(RulePrice, IsFairForValuesThatManyEventsHave) {
  for (const char* value : {"1", "4688", "0", "true", "''"})
    EXPECT_THAT(judged("{s: {f: " + std::string(value) + "}, condition: s}"),
                AllOf(StartsWith("fair: f is '"), HasSubstr("', a value that many events have")))
        << value;
  EXPECT_EQ(judged("{s: {f: 4688, g|contains: mimikatz}, condition: s}"), "cheap: ");
}

TEST(RulePrice, IsDearWhereAnyValueOfAFieldHasTheRuleLookedAt) {
  EXPECT_EQ(
      judged("{s: {f|re: 'a.b'}, condition: s}"),
      "dear: f fits the expression 'a.b', which names no text that must be there: any value of f has it "
      "looked at");
  for (const char* line :
       {"f|gt: 5", "f|cidr: 10.0.0.0/8", "f|exists: true", "f: '*'", "f|contains: x", "f|re: '.*'"})
    EXPECT_THAT(judged("{s: {" + std::string(line) + "}, condition: s}"),
                AllOf(StartsWith("dear: f "), HasSubstr(": any value of f has it looked at")))
        << line;
  EXPECT_THAT(price_of_detection("{s: {f|re: 'a.b'}, condition: s}").cure, HasSubstr("into the expression"));
  EXPECT_EQ(judged("{s: {f|re: 'a.b', g: text}, condition: s}"), "cheap: ");
}

TEST(RulePrice, OfTwoFieldsThatMustBeTheSameNamesTheOneThatFewerRulesAskFor) {
  EXPECT_THAT(judged("{s: {f|fieldref: g}, condition: s}"), HasSubstr("any value of g has it looked at"));
  EXPECT_THAT(judged("{s: {f|fieldref: g}, t: {g|gt: 1}, u: {g|lt: 9}, condition: s or (t and u)}"),
              HasSubstr("any value of f has it looked at"));
}

TEST(RulePrice, ShortensALongExpressionAtACharacter) {
  std::string expression;
  for (int i = 0; i < 100; ++i) expression += "[é]";
  const std::string reason = judged("{s: {f|re: '" + expression + "'}, condition: s}");
  EXPECT_THAT(reason, AllOf(HasSubstr("[é"), HasSubstr("…, which names no text")));
  EXPECT_LT(reason.size(), 200U);
}

TEST(RulePrice, IsThatOfTheDearestOfItsTriggers) {
  EXPECT_THAT(judged("{s: {f: long}, t: {g|contains: ab}, u: {h|exists: true}, condition: 1 of them}"),
              StartsWith("dear: h is there, which names no text"));
  EXPECT_THAT(judged("{s: {f: [long, ab, longer]}, condition: s}"), HasSubstr("fair: f is 'ab'"));
}

TEST(RulePrice, IsTheHighestWhereTheConditionCanHoldByNotAlone) {
  const std::string reason = "dearest: the condition can hold by 'not' alone";
  EXPECT_EQ(judged("{s: {f: long}, condition: not s}"), reason);
  EXPECT_EQ(judged("{s: {f: long}, t: {g: long}, condition: not s and not t}"), reason);
  EXPECT_EQ(judged("{s: {f: long}, t: {g: long}, condition: s or not t}"), reason);
  EXPECT_EQ(judged("{s: {f: long}, t: {g: long}, condition: s and not t}"), "cheap: ");
  EXPECT_TRUE(price_of_detection("{s: {f: long}, condition: not s}").triggers.any_of.empty());
}

TEST(RulePrice, IsTheHighestWhereASelectionAsksForWhatIsNotThere) {
  for (const char* selection : {"{f: null}", "{f|exists: false}", "{f: [null, long]}", "{f|neq: long}",
                                "[{g: long}, {f: null}]", "{f: null, g|neq: long}"})
    EXPECT_EQ(judged("{gone: " + std::string(selection) + ", t: {g: long}, condition: t or gone}"),
              "dearest: selection 'gone' can hold by what the event does not have (null, 'exists: false', "
              "'neq')")
        << selection;
  EXPECT_THAT(judged("{gone: {f: null}, t: {g: long}, condition: gone and not t}"),
              HasSubstr("dearest: selection 'gone' can hold"))
      << "the positive part is the one to mend";
  EXPECT_EQ(judged("{gone: {f: null}, t: {g: long}, condition: t and gone}"), "cheap: ");
}

TEST(RulePrice, IsTheHighestForKeywordsWithoutAText) {
  const RulePrice price = price_of_detection("{words: ['x'], condition: words}");
  EXPECT_EQ(price.cost, CostClass::dearest);
  EXPECT_EQ(price.triggers.lack, (TriggerLack{TriggerLack::Cause::keyword, "words"}));
  EXPECT_THAT(price.reason, HasSubstr("selection 'words' looks at every text"));
  const RulePrice cheap = price_of_detection("{words: [mimikatz], condition: words}");
  EXPECT_EQ(cheap.cost, CostClass::cheap);
  EXPECT_THAT(triggers(cheap), ElementsAre("any text of the event contains 'mimikatz'"));
}

}  // namespace
}  // namespace riposte
