/// Reads a condition ("selection and not 1 of filter_*") into a tree over the rule's selections.
///
/// Precedence: `or` < `and` < `not` < `1 of`/`all of` < parentheses.
/// Limits:  kConditionWordsMax words, kConditionDepthMax levels of parentheses and `not`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "rules/language/rule.h"

namespace riposte {

/// The public rules' longest condition has 44 words and two levels.
inline constexpr std::size_t kConditionWordsMax = 2000;
inline constexpr std::size_t kConditionDepthMax = 50;

/// Errors: what is wrong, naming the word.
std::expected<Condition, std::string> parse_condition(std::string_view text,
                                                      std::span<const Selection> selections);

/// `selection_holds(index)` says of each selection whether it does. Two-valued: what is not there does not
/// match, and its negation does.
template <class SelectionHolds>
bool holds(const Condition& condition, const SelectionHolds& selection_holds) {
  const auto operand_holds = [&](const Condition& operand) { return holds(operand, selection_holds); };
  switch (condition.kind) {
    case Condition::Kind::selection:
      return selection_holds(condition.selection);
    case Condition::Kind::all_of:
      return std::ranges::all_of(condition.operands, operand_holds);
    case Condition::Kind::any_of:
      return std::ranges::any_of(condition.operands, operand_holds);
    case Condition::Kind::negation:
      break;
  }
  return !operand_holds(condition.operands.front());
}

/// Words that mean something in a condition and so cannot name a selection.
bool is_condition_keyword(std::string_view word);

}  // namespace riposte
