/// The modifiers of one `field|modifiers` key, and what they make of a value, from left to right.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/language/diagnostic.h"
#include "rules/language/rule.h"
#include "rules/language/text_modifiers.h"
#include "rules/language/yaml.h"

namespace riposte {

/// What a value must be written as for the first of the modifiers that minds.
enum class WrittenAs : std::uint8_t { anything, text, regex, number, boolean };

struct Modifiers {
  std::string field;
  std::vector<std::string> chain;  ///< those that change values, in the order in which they apply
  WrittenAs wants = WrittenAs::anything;
  bool all = false;
  bool negated = false;  ///< `neq`
};

/// Every modifier that may follow a field.
std::vector<std::string_view> modifier_names();

/// Empty, with an error at the key, when they cannot be used.
std::optional<Modifiers> read_modifiers(const yaml::Entry& entry, Diagnostics& diagnostics);

/// What one value means under them: patterns of which one is enough. Errors: what is wrong with the value.
std::expected<std::vector<Pattern>, std::string> patterns_of(const yaml::Node& value,
                                                             const Modifiers& modifiers,
                                                             const PlaceholderLists& lists);

}  // namespace riposte
