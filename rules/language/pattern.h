/// What one value of a detection means: Sigma's wildcards, escapes and types, brought into a normal form.
#pragma once

#include <optional>
#include <string_view>

#include "rules/language/rule.h"
#include "rules/language/yaml.h"

namespace riposte {

/// `*` any string, `?` one character; `\*`, `\?` and `\\` stand for themselves, any other backslash as well.
Glob glob_of(std::string_view text);

/// A value without modifiers: null, boolean, number or text. A text is a Glob, as the modifiers want it; see
/// normal_form().
Pattern typed_pattern(const yaml::Node& scalar);

/// True for what typed_pattern() reads as something else than text.
bool is_typed(const yaml::Node& scalar);

/// A Glob as the simplest kind that says the same; everything else as it is.
Pattern normal_form(Pattern pattern);

/// A keyword: found anywhere in a string.
Pattern keyword_pattern(std::string_view text);

}  // namespace riposte
