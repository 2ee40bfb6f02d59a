#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/matching/candidate_index.h"
#include "rules/matching/rule_set.h"

namespace riposte {
namespace {

/// Detections → a set of rules "1", "2", …
std::shared_ptr<const RuleSet> set_of(const std::vector<std::string>& detections) {
  std::vector<Rule> rules;
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  for (const std::string& detection : detections) {
    Diagnostics diagnostics("rule.yml");
    auto read =
        read_rule("title: T\nid: " + std::to_string(rules.size() + 1) + "\ndetection: " + detection + "\n",
                  diagnostics, {actions, hours});
    rules.push_back(std::move(*read));
  }
  return RuleSet::compile(std::move(rules), {}).rules;
}

std::string matching(const RuleSet& rules, std::string_view json, Scratch& scratch) {
  EventParser parser;
  const auto event = parser.parse(json);
  const auto matches = rules.match(*event, scratch);
  std::string found;
  for (const RuleIndex index : *matches) found += rules.rule(index).id.value() + ' ';
  return found;
}

TEST(AScratch, WorksWithAnotherSetWhenTheOneBeforeIsGone) {
  const std::vector<std::string> many{"{s: {a: 1}, condition: s}", "{s: {b|fieldref: a}, condition: s}",
                                      "{s: {c|re: x+y}, t: {a: 1}, u: {b: 2}, condition: 1 of them}",
                                      "{s: [needle], condition: s}"};
  const std::vector<std::string> few{"{s: {d: 1}, condition: s}", "{s: {a: null}, condition: s}"};
  constexpr std::string_view kEvent = R"({"a":1,"b":1,"c":"xxy","text":"a needle"})";
  Scratch scratch;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(matching(*set_of(many), kEvent, scratch), "1 2 3 4 ");
    EXPECT_EQ(matching(*set_of(few), kEvent, scratch), "") << "'a' now stands where another field stood";
    EXPECT_EQ(matching(*set_of(few), R"({"d":1})", scratch), "1 2 ");
    EXPECT_EQ(matching(*set_of({}), kEvent, scratch), "");
  }
}

TEST(AScratch, KnowsWhichRulesCanMatchEventsWithTheSameFields) {
  const auto rules =
      set_of({"{s: {a: x, b: y}, condition: s}", "{s: {a: x}, t: {b: null}, condition: s and t}",
              "{s: {a: x}, t: {b: y}, condition: s and not t}", "{s: {a: x, b|exists: false}, condition: s}",
              "{s: {b: y}, condition: not s}", "{s: [{a: x}, {d: z}], condition: s}",
              "{s: {a: x}, t: {b: y}, u: {c: z}, condition: s and (t or u)}",
              "{s: {a: x}, t: {b: y, c: z}, condition: s and not t}"});
  const std::vector<std::pair<const char*, const char*>> events{
      {R"({"a":"x"})", "2 3 4 5 6 8 "},           {R"({"a":"x","b":"y"})", "1 6 7 8 "},
      {R"({"a":"x","b":null})", "2 3 5 6 8 "},    {R"({"b":"y","a":"x","c":"z"})", "1 6 7 "},
      {R"({"a":"x","c":"z"})", "2 3 4 5 6 7 8 "}, {R"({"a":"-","b":"y"})", ""}};
  Scratch scratch;
  for (std::uint32_t i = 0; i < 3 * CandidateMemory::kEventsUntilRules; ++i)
    for (const auto& [event, found] : events)
      ASSERT_EQ(matching(*rules, event, scratch), found) << event << i;
}

}  // namespace
}  // namespace riposte
