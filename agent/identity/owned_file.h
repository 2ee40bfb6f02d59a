/// Small files that decide what a host obeys: read only when nobody else can have written them, written whole
/// or not at all.
///
/// Errors: not_found, denied (owner, permissions, no plain file), invalid (too large), unavailable (disk).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "engine/base/error.h"

namespace riposte::agent {

/// What others than the owner may do with the file.
enum class Others : std::uint8_t { may_read, may_nothing };

/// The owner must be root or the user of this process.
Result<std::string> read_owned(const std::filesystem::path& path, Others others, std::size_t bytes_max);

enum class IfThere : std::uint8_t { replace, keep };
/// Durable when it returns. IfThere::keep: conflict, when there is a file of that name, which stays.
Result<void> write_owned(const std::filesystem::path& path, Others others, std::string_view bytes,
                         IfThere if_there);

}  // namespace riposte::agent
