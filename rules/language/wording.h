/// What a rule looks for, in words: "process.name is 'xmrig' or 'minerd'".
#pragma once

#include <cstddef>
#include <string>

#include "rules/language/rule.h"

namespace riposte {

/// Values of one line that are written out; the rest is counted.
inline constexpr std::size_t kWordedValuesMax = 5;

/// "is 'xmrig'", "starts with 'lab-'", "is in 10.0.0.0/8".
std::string words_of(const Pattern& pattern);

/// The whole line with its field; keywords are "any text of the event".
std::string words_of(const FieldMatch& match);

}  // namespace riposte
