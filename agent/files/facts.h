/// What the kernel says of one file: which it is, whose it is, how large, since when.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/descriptor.h"
#include "engine/base/error.h"

namespace riposte::files {

/// Which file, whatever its name. A number is used again after the file has gone.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const FileId&) const = default;
};

/// Since 1970-01-01T00:00:00Z, as exact as the file system has it.
struct Stamp {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
  bool operator==(const Stamp&) const = default;
};

struct FileFacts {
  FileId id;
  std::uint32_t type = 0;  ///< S_IFREG and the like
  std::uint32_t mode = 0;  ///< permissions, set-id and sticky bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t links = 0;
  std::uint64_t size = 0;
  Stamp accessed;
  Stamp modified;
  Stamp changed;
  std::optional<Stamp> born;  ///< where the file system keeps it
  std::uint64_t mount = 0;
  bool immutable = false;  ///< or append-only: has to stay where it is

  bool operator==(const FileFacts&) const = default;
};

Result<FileFacts> facts_of(const Descriptor& file);
/// Of what has the name in the directory, a symbolic link among it.
Result<FileFacts> facts_of(const Descriptor& directory, const std::string& name);

/// One and the same file, as far as can be told from its number and, where it is known, its birth.
bool same_file(const FileFacts& a, const FileFacts& b);
/// The same file, and nothing was written to it or changed about it in between.
bool untouched(const FileFacts& before, const FileFacts& after);

}  // namespace riposte::files
