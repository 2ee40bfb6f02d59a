/// Where a directory lies inside its file system, whatever it is mounted on.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/descriptor.h"
#include "engine/base/error.h"

namespace riposte::files {

struct Mount {
  std::uint64_t id = 0;
  std::string device;  ///< "254:1"
  std::string root;    ///< the directory of the file system that is mounted
  std::string point;   ///< on this one
  bool operator==(const Mount&) const = default;
};

/// Of /proc/self/mountinfo; lines that are none are left out.
std::vector<Mount> parse_mounts(const std::string& mountinfo);
/// Of this process. Errors: unavailable.
Result<std::vector<Mount>> read_mounts();

/// A directory by its file system and its path there. The same for all the names that mounts give it.
struct Position {
  std::string device;
  std::string path;
};

/// Empty for a directory that is mounted nowhere that this process sees. Errors: unavailable.
Result<std::optional<Position>> position_of(const Descriptor& directory, const std::vector<Mount>& mounts);

/// The path itself, or anything below it.
bool lies_in(const std::string& path, const std::string& directory);

}  // namespace riposte::files
