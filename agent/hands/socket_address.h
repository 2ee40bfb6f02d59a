/// The address of a Unix socket, from its path.
#pragma once

#include <filesystem>

#include <sys/un.h>

#include "engine/base/error.h"

namespace riposte::agent {

/// Errors: invalid (no such path can be a socket).
Result<sockaddr_un> socket_address(const std::filesystem::path& path);

}  // namespace riposte::agent
