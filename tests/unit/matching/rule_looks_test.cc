// Which events a rule is looked at for: those that have something without which it cannot match, and no
// others.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "rules/matching/rule_set.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

Rule detecting(const std::string& detection) {
  Diagnostics diagnostics("rule.yml");
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  auto read = read_rule("title: T\nid: '1'\ndetection: " + detection + "\n", diagnostics, {actions, hours});
  EXPECT_TRUE(read.has_value()) << detection;
  return std::move(*read);
}

/// Some detections as a set of rules, which counts how often each is looked at.
class Watched {
 public:
  explicit Watched(const std::vector<std::string>& detections,
                   std::vector<Schema> schemas = {generic_schema()}) {
    std::vector<Rule> rules;
    for (const std::string& detection : detections) rules.push_back(detecting(detection));
    rules_ = RuleSet::compile(std::move(rules), std::move(schemas)).rules;
    scratch_.measure_rules();
  }

  std::size_t matches_in(std::string_view json) {
    const auto event = parser_.parse(json);
    EXPECT_TRUE(event.has_value()) << json;
    return rules_->match(*event, scratch_)->size();
  }

  /// By rule.
  std::vector<std::uint64_t> looks() const {
    std::vector<std::uint64_t> all(rules_->size());
    for (std::size_t i = 0; i < scratch_.rule_costs().size(); ++i) all[i] = scratch_.rule_costs()[i].looks;
    return all;
  }

 private:
  std::shared_ptr<const RuleSet> rules_;
  EventParser parser_;
  Scratch scratch_;
};

TEST(ARule, IsNotLookedAtForEventsThatHaveNothingItAsksFor) {
  Watched watched({"{s: {Image|endswith: '\\powershell.exe'}, condition: s}",
                   "{s: {CommandLine|contains|all: [' -enc ', downloadstring]}, condition: s}",
                   "{s: {Image: 'C:\\tool.exe'}, t: {CommandLine|re: 'mimi[a-z]+katz'}, condition: s or t}",
                   "{s: ['some keyword'], condition: s}", "{s: {Image|startswith: 'D:\\'}, condition: s}",
                   "{s: {CommandLine: 'net*user*'}, condition: s}"});
  EXPECT_EQ(watched.matches_in(R"({"Image":"C:\\notepad.exe","CommandLine":"notepad a.txt","Pid":7})"), 0U);
  EXPECT_EQ(watched.matches_in(R"({"Other":"\\powershell.exe -enc downloadstring mimikatz D:\\"})"), 0U)
      << "what stands at another field does not count";
  EXPECT_EQ(watched.matches_in("{}"), 0U);
  EXPECT_THAT(watched.looks(), Each(0U));
}

TEST(ARule, IsLookedAtForEventsThatHaveWhatItAsksFor) {
  Watched watched({"{s: {Image|endswith: '\\powershell.exe'}, condition: s}",
                   "{s: {Image|endswith: '\\powershell.exe', CommandLine: never}, condition: s}",
                   "{s: [needle], condition: s}"});
  EXPECT_EQ(watched.matches_in(R"({"Image":"C:\\PowerShell.EXE"})"), 1U);
  EXPECT_EQ(watched.matches_in(R"({"Any":{"where":["a Needle in it"]}})"), 1U);
  EXPECT_THAT(watched.looks(), ElementsAre(1U, 0U, 1U)) << "one of two lines is enough to rule an event out";
}

TEST(ARule, OfNegationsAloneIsLookedAtForEachEvent) {
  Watched watched({"{s: {Image: x}, condition: not s}", "{s: {Image|neq: x}, condition: s}",
                   "{s: {Image: null}, condition: s}", "{s: {Image|exists: false}, condition: s}"});
  for (const char* json : {"{}", R"({"Image":"x"})", R"({"Image":"y"})", R"({"Other":1})"})
    watched.matches_in(json);
  EXPECT_THAT(watched.looks(), Each(4U));
}

TEST(ARule, IsLookedAtForAnyValueWhenItAsksForNoText) {
  Watched watched({"{s: {Count|gt: 5}, condition: s}", "{s: {Address|cidr: 10.0.0.0/8}, condition: s}",
                   "{s: {Text|re: '^.{3}$'}, condition: s}", "{s: {Image: '*'}, condition: s}"});
  EXPECT_EQ(watched.matches_in(R"({"Count":6})"), 1U);
  EXPECT_EQ(watched.matches_in(R"({"Count":5})"), 0U);
  EXPECT_EQ(watched.matches_in(R"({"Address":"10.1.2.3","Text":"abc"})"), 2U);
  EXPECT_EQ(watched.matches_in(R"({"Image":""})"), 1U);
  EXPECT_EQ(watched.matches_in(R"({"Other":6})"), 0U);
  EXPECT_THAT(watched.looks(), ElementsAre(2U, 1U, 1U, 1U));
}

TEST(ARule, IsLookedAtForEitherSideOfAnOrAndForTheRarerSideOfAnAnd) {
  Watched watched({"{s: {a: onehundred}, t: {b: twohundred}, condition: s or t}",
                   "{s: {a: onehundred}, t: {b|contains: tw}, condition: s and t}",
                   "{s: {a: onehundred}, t: {b: x}, condition: s and not t}"});
  EXPECT_EQ(watched.matches_in(R"({"a":"onehundred"})"), 2U);
  EXPECT_EQ(watched.matches_in(R"({"b":"twohundred"})"), 1U);
  EXPECT_EQ(watched.matches_in(R"({"a":"onehundred","b":"TWO"})"), 3U);
  EXPECT_THAT(watched.looks(), ElementsAre(3U, 2U, 2U));
}

TEST(ARule, IsLookedAtOnceForAnEventThatHasManyOfItsTexts) {
  Watched watched({"{s: {a|contains: [first, second, third]}, condition: s}"});
  EXPECT_EQ(watched.matches_in(R"({"a":["first second third","third second first"]})"), 1U);
  EXPECT_THAT(watched.looks(), ElementsAre(1U));
}

TEST(ARule, OfAnotherLogSourceIsNotLookedAt) {
  Rule linux = detecting("{s: {a: 1}, condition: s}");
  linux.logsource.product = "linux";
  std::vector<Rule> rules;
  rules.push_back(std::move(linux));
  rules.push_back(detecting("{s: {a: 1}, condition: s}"));
  const auto set = RuleSet::compile(std::move(rules), {*shipped_schema("windows_event_flat")}).rules;
  Scratch scratch;
  scratch.measure_rules();
  EventParser parser;
  EXPECT_EQ(set->match(*parser.parse(R"({"a":1,"EventID":1,"Channel":"Security"})"), scratch)->size(), 1U);
  EXPECT_EQ(scratch.rule_costs()[0].looks, 0U);
  EXPECT_EQ(scratch.rule_costs()[1].looks, 1U);
}

TEST(RuleCosts, CountEventsAndNotMatches) {
  Watched watched({"{s: {a: x, b|contains: y}, condition: s}"});
  constexpr std::uint64_t kEvents = 20;
  for (std::uint64_t i = 0; i < kEvents; ++i) watched.matches_in(R"({"a":"x","b":"z"})");
  const std::uint64_t looks = watched.looks()[0];
  EXPECT_TRUE(looks == 0 || looks == kEvents) << looks;
  for (std::uint64_t i = 0; i < kEvents; ++i) EXPECT_EQ(watched.matches_in(R"({"a":"x","b":"-y-"})"), 1U);
  EXPECT_EQ(watched.looks()[0], looks + kEvents);
}

/// Rules of one random text each, and events in which some of those stand.
TEST(RulesByTheHundred, AreLookedAtForTheEventsThatHaveTheirText) {
  constexpr std::size_t kRules = 300;
  Seeded random(1);
  std::vector<std::string> texts;
  std::vector<std::string> detections;
  while (texts.size() < kRules) {
    texts.push_back(random.text("abcdef", random.between(4, 12)));
    detections.push_back(fmt::format("{{s: {{a|contains: {}}}, condition: s}}", texts.back()));
  }
  Watched watched(detections);
  std::vector<std::uint64_t> wanted(kRules);
  for (int i = 0; i < 300; ++i) {
    const std::string value = random.text("abcdef", 6) + random.one_of(texts) + random.text("abcdef", 6);
    std::size_t matches = 0;
    for (std::size_t rule = 0; rule < kRules; ++rule) {
      const bool has = value.find(texts[rule]) != std::string::npos;
      wanted[rule] += has ? 1 : 0;
      matches += has ? 1 : 0;
    }
    EXPECT_EQ(watched.matches_in(R"({"a":")" + value + R"("})"), matches) << value;
  }
  EXPECT_EQ(watched.looks(), wanted);
}

}  // namespace
}  // namespace riposte
