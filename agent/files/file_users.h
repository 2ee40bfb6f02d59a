/// Which processes still use a file, whatever name it has or had.
///
/// Limits: processes of other mount namespaces are seen, those of other PID namespaces only from outside. On
/// file
///         systems that show one device in a mapping and another for the file (btrfs, overlay before
///         Linux 6.8), a mapped library is not recognised; the program itself and open files are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "agent/files/facts.h"

namespace riposte::files {

/// One is named once, with the closest use.
enum class Use : std::uint8_t {
  runs,  ///< its program, or mapped into its memory
  open,  ///< by a descriptor: a shell reads the script that it runs so
};

struct FileUser {
  std::int32_t pid = 0;
  Use use = Use::open;
  bool operator==(const FileUser&) const = default;
};

struct FileUsers {
  std::vector<FileUser> found;
  std::size_t unseen = 0;  ///< processes that the kernel does not let us look at
};

/// `nameless`: only where the file has no name any more. Then its number may belong to another file by now,
/// which has one. Errors: unavailable (no /proc).
Result<FileUsers> users_of(const FileId& file, bool nameless);

}  // namespace riposte::files
