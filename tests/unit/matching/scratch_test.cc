#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
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

}  // namespace
}  // namespace riposte
