/// Strings with escapes, written over themselves as they read.
#pragma once

#include <cstdint>
#include <string_view>

#include "rules/event/escape_places.h"
#include "rules/event/string_place.h"

namespace riposte {

/// Behind a string's end so many bytes are kept as they are, but written.
inline constexpr std::uint32_t kUnescapeMargin = 16;

/// Leaves in `text`, which is a copy of `record`, at the string's beginning what the string stands for, and
/// `escapes` behind the string. How many bytes that are; less than nothing when an escape is bad: an unknown
/// one, or half of a surrogate pair.
std::int64_t unescape(std::string_view record, char* text, StringPlace string, EscapeCursor& escapes);

/// The same on any processor, and for escapes of any kind.
std::int64_t unescape_one_by_one(std::string_view record, char* text, StringPlace string,
                                 EscapeCursor& escapes);

}  // namespace riposte
