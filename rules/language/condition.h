/// Reads a condition ("selection and not 1 of filter_*") into a tree over the rule's selections.
///
/// Precedence: `or` < `and` < `not` < `1 of`/`all of` < parentheses.
/// Limits:  kConditionWordsMax words, kConditionDepthMax levels of parentheses and `not`.
#pragma once

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

/// Words that mean something in a condition and so cannot name a selection.
bool is_condition_keyword(std::string_view word);

}  // namespace riposte
