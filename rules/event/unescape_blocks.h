/// Strings with escapes of one letter each, 64 bytes at a time.
#pragma once

#include <cstdint>

#include "rules/event/escape_places.h"
#include "rules/event/string_place.h"

namespace riposte {

/// Whether this processor can do that: it has AVX-512 VBMI2.
bool can_unescape_blocks();

/// Writes to `to` what the string in `record` stands for, and not a byte more; `to` may be where the string
/// is, or before. How many bytes that are; less than nothing when some escape is bad or has more than a
/// letter. Then anything is written, but not behind the string's end.
std::int64_t unescape_blocks(const char* record, char* to, StringPlace string, const EscapeCursor& escapes);

}  // namespace riposte
