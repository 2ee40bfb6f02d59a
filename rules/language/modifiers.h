/// The modifiers of one `field|modifiers` key, checked against each other.
#pragma once

#include <optional>
#include <string>

#include "rules/language/pattern.h"

namespace riposte {

struct Modifiers {
  std::string field;
  OpenEnds open;
  bool text_only = false;  ///< contains, startswith, endswith: numbers must be written as text
  bool regex = false;
  std::string regex_flags;  ///< "ims", in RE2's spelling
  bool all = false;
};

/// Empty, with an error at the key, when they cannot be used.
std::optional<Modifiers> read_modifiers(const yaml::Entry& entry, Diagnostics& diagnostics);

}  // namespace riposte
