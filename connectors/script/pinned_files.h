/// Files that must be, when a script runs, what they were when it was loaded.
///
/// Limits: whoever may write the file can still change it between the look and the start; keep scripts
/// writable by the
///         administrator alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "connectors/script/script.h"
#include "engine/base/error.h"

namespace riposte {

/// The file is read before every run; larger programs are called through a small script.
inline constexpr std::uint64_t kPinnedFileBytesMax = std::uint64_t{64} << 20;

/// Digest of a file's content. Errors: not_found, invalid (no regular file, too large), unavailable.
Result<std::string> digest_of_file(const std::string& path);

/// What is no longer as it was at load; empty when everything is.
std::optional<std::string> changed_since_load(const Script& script);

}  // namespace riposte
