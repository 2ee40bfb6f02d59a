/// A text that a value must be, or have in it, and whether the value does.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/same_bytes.h"
#include "rules/language/rule.h"
#include "rules/matching/contains.h"

namespace riposte {

struct LiteralPattern {
  Pattern::Kind kind;  ///< equals, contains, starts_with or ends_with
  bool cased;
  std::string text;  ///< folded unless `cased`
};

/// Whether `wanted` stands in the text as a LiteralPattern of this kind wants it. Both in the same case.
inline bool stands_in(std::string_view text, Pattern::Kind kind, std::string_view wanted) {
  if (text.size() < wanted.size()) return false;
  const char* const begin = text.data();
  switch (kind) {
    case Pattern::Kind::contains:
      return contains(text, wanted);
    case Pattern::Kind::starts_with:
      return same_bytes(begin, wanted.data(), wanted.size());
    case Pattern::Kind::ends_with:
      return same_bytes(begin + (text.size() - wanted.size()), wanted.data(), wanted.size());
    default:
      return text.size() == wanted.size() && same_bytes(begin, wanted.data(), wanted.size());
  }
}

}  // namespace riposte
