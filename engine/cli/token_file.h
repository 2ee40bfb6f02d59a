/// Where a person's token lies on their own disk: never on a command line, which every process of the machine
/// can read.
#pragma once

#include <string>

#include "engine/base/error.h"

namespace riposte::cli {

/// $XDG_CONFIG_HOME/riposte/token, else ~/.config/riposte/token.
std::string default_token_file();

/// The token without the line end behind it.
/// Errors: not_found; invalid (no regular file, empty, readable by others), with the cure.
Result<std::string> read_token_file(const std::string& path);

}  // namespace riposte::cli
