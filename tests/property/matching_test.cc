// The compiled matcher and a naive interpreter, written apart from it, agree on random rules and events.
#include <cstdlib>

#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/matching/rule_set.h"
#include "tests/property/naive_rule.h"

namespace riposte {
namespace {

constexpr int kRules = 2000;
constexpr int kEventsPerRule = 10;

std::uint64_t seed() {
  const char* text = std::getenv("RIPOSTE_TEST_SEED");  // NOLINT(concurrency-mt-unsafe): no thread sets it
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

TEST(Matching, AgreesWithANaiveInterpreterOnRandomRulesAndEvents) {
  SCOPED_TRACE("RIPOSTE_TEST_SEED=" + std::to_string(seed()));
  naive::Maker maker(seed());
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  EventParser parser;
  Scratch scratch;
  int matched = 0;
  for (int i = 0; i < kRules; ++i) {
    const naive::RandomRule random = maker.rule();
    Diagnostics diagnostics("random.yml");
    std::optional<Rule> rule = read_rule(random.yaml(), diagnostics, {actions, hours});
    ASSERT_TRUE(rule.has_value()) << diagnostics.all().front().text() << "\n" << random.yaml();
    std::vector<Rule> one;
    one.push_back(std::move(*rule));
    const CompiledRules compiled = RuleSet::compile(std::move(one), {});
    ASSERT_EQ(compiled.refused, 0U) << random.yaml();
    for (int k = 0; k < kEventsPerRule; ++k) {
      const naive::Json json = maker.event();
      const auto event = parser.parse(json.dump());
      ASSERT_TRUE(event.has_value()) << event.error().detail << "\n" << json.dump();
      const auto matches = compiled.rules->match(*event, scratch);
      ASSERT_TRUE(matches.has_value());
      ASSERT_EQ(!matches->empty(), random.matches(json)) << random.yaml() << json.dump();
      matched += matches->empty() ? 0 : 1;
    }
  }
  // Rules that always or never match would agree on nothing.
  EXPECT_GT(matched, kRules * kEventsPerRule / 5);
  EXPECT_LT(matched, kRules * kEventsPerRule * 4 / 5);
}

}  // namespace
}  // namespace riposte
