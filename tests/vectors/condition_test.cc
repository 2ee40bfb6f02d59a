// Truth tables of conditions, computed by pySigma.
#include "rules/language/condition.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/test_data.h"

namespace riposte {
namespace {

/// A pattern that no selection is named like: a mistake here, see
/// docs/decisions/007-where-sigma-sources-disagree.md.
constexpr const char* kRefusedCondition = "1 of nothing*";

using Names = std::set<std::string>;

TEST(PublicConditions, AreTrueWhenTheyMustBeAndRefusedWhenTheyMustBe) {
  SKIP_WITHOUT_TEST_DATA();
  std::size_t rows = 0;
  for (const auto& tested : test::reference_cases("condition_truth.json")) {
    std::vector<Selection> selections;
    for (const std::string name : tested["selections"]) selections.push_back({name, {}, {}});
    const std::string text = tested["condition"];
    if (text == kRefusedCondition) continue;
    const auto condition = parse_condition(text, selections);
    ASSERT_EQ(condition.has_value(), tested["ok"].get<bool>()) << text;
    if (!condition) continue;
    for (const auto& row : tested["rows"]) {
      const auto true_ones = row[0].get<Names>();
      const auto is_true = [&](std::size_t index) { return true_ones.contains(selections[index].name); };
      EXPECT_EQ(holds(*condition, is_true), row[1].get<bool>()) << text << " with " << row[0].dump();
      ++rows;
    }
  }
  EXPECT_GT(rows, 500U);
}

}  // namespace
}  // namespace riposte
