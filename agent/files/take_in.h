/// Taking a file out of use: whole in the vault first, then out of its place.
///
/// Killed at any moment, the file is at its place, or whole in the vault, or both; the same call again
/// finishes.
///
/// Errors:  conflict (not the file that was meant, or it changed meanwhile), invalid (no regular file),
/// denied,
///          unavailable (no space, I/O, too large), corrupt (the vault). After any of them the file is where
///          it was, unless the text says otherwise.
/// Limits:  what a process writes into a file that it has open in the instant before the name goes is not in
/// the
///          vault. Other names of the file (hard links) stay: facts.links tells that there are some. The
///          vault's own files are refused; whatever else is protected, the caller refuses.
#pragma once

#include <optional>
#include <string>

#include "agent/files/copying.h"
#include "agent/files/resolve.h"

namespace riposte::files {

struct Taken {
  bool already = false;  ///< by an earlier call for the same action
  Sidecar sidecar;
};

/// What an earlier call for this action began, brought to its end; nothing where there was none. To be asked
/// first: once the name has gone, there is no file to be found any more.
Result<std::optional<Taken>> finish_taking(const std::string& action, const Vault& vault,
                                           const Descriptor& root, WallTime now);

Result<Taken> take_in(const Found& found, const std::string& action, const Meant& meant, const Vault& vault,
                      WallTime now);

}  // namespace riposte::files
