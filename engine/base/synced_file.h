/// Small files that are on disk whole or not at all.
///
/// Errors: unavailable (the system's words), not_found, invalid (no plain file, too large, open to others).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "engine/base/error.h"

namespace riposte {

inline constexpr mode_t kPrivateMode = 0600;

/// The old content or the new one, whatever happens; durable when it returns. The mode is `mode` whatever the
/// umask. What an earlier crash left unfinished beside it is overwritten.
Result<void> write_synced(const std::filesystem::path& path, std::string_view bytes, mode_t mode);

/// Follows no link.
Result<std::string> read_small(const std::filesystem::path& path, std::size_t bytes_max);

/// Refuses a file that others than this process' user and root can read or could have written.
Result<std::string> read_secret(const std::filesystem::path& path, std::size_t bytes_max);

/// Where write_synced prepares the content of `path`.
std::filesystem::path unfinished(const std::filesystem::path& path);

}  // namespace riposte
