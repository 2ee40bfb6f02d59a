/// What shows that files were written, replaced, added or removed, without reading them.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace riposte {

/// Of the file that a path leads to, through every link: one that is put in its place has another inode.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t written_ns = 0;  ///< its content
  std::int64_t changed_ns = 0;  ///< or its owner, its mode or its name: a file may become readable

  bool operator==(const FileStamp&) const = default;
};

/// By path.
using FileStamps = std::map<std::string, FileStamp>;

/// Each of the paths and, below those that are folders, every *.yml and *.yaml that the rule reader would
/// find. A given path that is not there or cannot be listed is left out.
FileStamps stamps_of(std::span<const std::string> paths);

}  // namespace riposte
