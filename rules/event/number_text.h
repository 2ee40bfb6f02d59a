/// Numbers as they stand in a record. What is a number, and which, is simdjson's to say; the common ones are
/// seen to be numbers without converting them.
///
/// Limits:  64 bytes from where the number begins must be readable, and as many behind its end.
#pragma once

#include "rules/event/scalar.h"

namespace riposte {

/// Whether a number begins there and ends before white space or a structural character: a 64-bit integer or a
/// finite double.
bool is_number(const char* text);

/// Of a text that is_number: a signed integer, an unsigned one where only that fits, or a double.
Scalar number_at(const char* text);

}  // namespace riposte
