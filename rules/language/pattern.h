/// What one value of a detection means: Sigma's wildcards, escapes and types, brought into a normal form.
#pragma once

#include <optional>
#include <string_view>

#include "rules/language/rule.h"
#include "rules/language/yaml.h"

namespace riposte {

/// Which ends of a text stay open: what `contains`, `startswith` and `endswith` do.
struct OpenEnds {
  bool front = false;
  bool back = false;
};

/// `*` any string, `?` one character; `\*`, `\?` and `\\` stand for themselves, any other backslash as well.
Pattern text_pattern(std::string_view text, OpenEnds open = {});

/// A value without modifiers: null, boolean, number or text.
Pattern typed_pattern(const yaml::Node& scalar);

/// True for what typed_pattern() reads as something else than text.
bool is_typed(const yaml::Node& scalar);

}  // namespace riposte
