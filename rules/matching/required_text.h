/// Texts of which one must be in a value for a pattern to hold there.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rules/language/rule.h"
#include "rules/matching/literal_index.h"

namespace riposte {

struct RequiredText {
  Anchor anchor = Anchor::anywhere;
  std::string text;       ///< as fold() makes it
  bool is_exact = false;  ///< the pattern holds wherever the text stands
};

/// None: the pattern can hold for values that have no text in common.
std::vector<RequiredText> required_texts(const Pattern& pattern);

/// Whether finding one of the texts in an index is a way to find the values that the pattern can hold for.
bool can_be_searched_for(std::span<const RequiredText> texts);

}  // namespace riposte
