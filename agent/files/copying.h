/// The first half of taking something in: whole in the vault, with its sidecar.
///
/// Errors:  conflict (not what was meant, or it changed meanwhile), unavailable (no space, I/O, too large),
///          denied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/files/vault.h"

namespace riposte::files {

/// What the order says of the file that it means.
struct Meant {
  std::optional<std::string> sha256;  ///< hexadecimal, lower case
  std::optional<std::uint64_t> inode;
  std::optional<std::uint64_t> size;
};

/// By inode and size; the digest is known when it is copied.
Result<void> refuse_another(const FileFacts& facts, const std::string& path, const Meant& meant);

/// `begun`: action, path, name and time; the rest is filled in. `object`: held.
Result<Sidecar> copy_into(const Descriptor& content, Sidecar begun, const Meant& meant, const Vault& vault,
                          const Descriptor& object);

}  // namespace riposte::files
