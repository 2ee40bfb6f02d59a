/// What the kernel refused to do to a file, as an error that says how to react.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace riposte::files {

/// Errors: not_found, conflict (there already, or in use), denied (permission, read-only), invalid (a
///         symbolic link, a name too long), unavailable (everything that can pass: no space, I/O).
std::unexpected<Error> refusal(const std::string& doing, int error);

/// As an error shows a path that others chose.
std::string shown(std::string_view path);

}  // namespace riposte::files
