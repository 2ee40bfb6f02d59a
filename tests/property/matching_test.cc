// The compiled matcher and a naive interpreter, written apart from it, agree on random rules and events.
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "tests/property/comparison.h"

namespace riposte {
namespace {

constexpr std::size_t kRules = 4000;
constexpr std::size_t kEventsPerRule = 10;
/// What a modifier must at least be seen to do, so that its test can fail.
constexpr std::size_t kEachWayMin = 20;

std::uint64_t seed() {
  const char* text = std::getenv("RIPOSTE_TEST_SEED");  // NOLINT(concurrency-mt-unsafe): no thread sets it
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

/// How often lines with a modifier held, and did not.
struct Tally {
  std::size_t held = 0;
  std::size_t failed = 0;
};
using Tallies = std::map<std::string, Tally>;

void count(const naive::Line& line, const naive::Json& event, const naive::Lists& lists, Tallies& tallies) {
  std::vector<std::string> seen = line.modifiers;
  if (line.all) seen.emplace_back("all");
  if (line.negated) seen.emplace_back("neq");
  if (line.field.empty()) seen.emplace_back("keywords");
  const bool held = naive::line_holds(line, event, lists);
  for (const std::string& modifier : seen) ++(held ? tallies[modifier].held : tallies[modifier].failed);
}

void count(const naive::Compared& compared, Tallies& tallies) {
  for (const naive::NamedSelection& selection : compared.rule.detection.selections)
    for (const naive::Map& map : selection.maps)
      for (const naive::Line& line : map)
        for (const naive::Json& event : compared.events) count(line, event, compared.rule.lists, tallies);
}

TEST(Matching, AgreesWithANaiveInterpreterOnRandomRulesAndEvents) {
  SCOPED_TRACE("RIPOSTE_TEST_SEED=" + std::to_string(seed()));
  std::mt19937_64 random(seed());
  naive::Maker maker(
      [&](std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random); });
  naive::Comparison comparison;
  std::size_t matched = 0;
  Tallies tallies;
  for (std::size_t i = 0; i < kRules; ++i) {
    const naive::Compared compared = comparison.compare(maker, kEventsPerRule);
    ASSERT_EQ(compared.disagreement, "");
    matched += compared.matched;
    count(compared, tallies);
  }
  // Rules that always or never match would agree on nothing.
  EXPECT_GT(matched, kRules * kEventsPerRule / 5);
  EXPECT_LT(matched, kRules * kEventsPerRule * 4 / 5);
  for (const auto& [modifier, tally] : tallies) {
    EXPECT_GE(tally.held, kEachWayMin) << modifier;
    EXPECT_GE(tally.failed, kEachWayMin) << modifier;
  }
}

}  // namespace
}  // namespace riposte
