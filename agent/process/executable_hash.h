/// The program that a process runs, and its SHA-256, read from the file that it was started from.
///
/// The kernel's own link is followed: it leads to the running file even where its path has been replaced or
/// removed since.
#pragma once

#include <cstdint>
#include <string>

#include "agent/process/pidfd.h"
#include "engine/base/descriptor.h"
#include "engine/base/error.h"

namespace riposte {

/// Reading more would hold an order up for longer than it may take.
inline constexpr std::uint64_t kHashedExecutableBytesMax = std::uint64_t{512} << 20;

/// To read. `handle` and errors: as below.
Result<Descriptor> open_executable(const Pidfd& handle, std::int32_t pid);

/// `handle` is of the process with that number: what is read belongs to it, not to a successor.
/// Errors: not_found (it has gone), denied (its file may not be read), invalid (no regular file, or too
///         large), unavailable.
Result<std::string> executable_sha256(const Pidfd& handle, std::int32_t pid);

}  // namespace riposte
