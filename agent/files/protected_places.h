/// Where no file is taken from and none is put: what the system itself is made of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/files/resolve.h"

namespace riposte::files {

struct ProtectedPlaces {
  std::vector<std::string> directories{"/bin",   "/boot",   "/dev",  "/etc",  "/lib", "/lib32",
                                       "/lib64", "/libx32", "/proc", "/sbin", "/sys", "/usr"};
  /// Where dpkg keeps the lists of what it installed. Empty, or not there: no package owns anything.
  std::string package_lists = "/var/lib/dpkg/info";
};

/// By name, by identity, and by the place in its file system: a protected directory stays one, and so does
/// every part of it, when it is bound to another name. Errors: denied, with the directory named; unavailable.
Result<void> refuse_protected(const Place& place, const ProtectedPlaces& places);

/// The package that the file belongs to.
std::optional<std::string> owning_package(const std::string& path, const ProtectedPlaces& places);

/// Errors: denied, with the directory or the package named.
Result<void> refuse_protected(const Found& found, const ProtectedPlaces& places);

}  // namespace riposte::files
