/// From a path that others reported to the one file that it names, held by handles that no rename can
/// redirect.
///
/// Limits: needs Linux 5.6 (openat2). A path is taken as it stands: absolute, no ".", "..", "//", and no
/// symbolic
///         link anywhere on the way, so that the place that was judged is the place that is acted on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/files/facts.h"

namespace riposte::files {

/// PATH_MAX of Linux.
inline constexpr std::size_t kPathBytesMax = 4096;

/// A directory, by handle.
struct Place {
  std::string path;
  Descriptor directory;           ///< O_PATH
  std::vector<FileId> ancestors;  ///< every directory on the way, from the root to this one

  std::string path_of(const std::string& name) const { return (path == "/" ? "" : path) + "/" + name; }
};

/// A file, the directory that it lies in, and its name there.
struct Found {
  Place place;
  std::string name;
  Descriptor file;  ///< O_PATH
  FileFacts facts;

  std::string path() const { return place.path_of(name); }
};

/// The root of this process, from which paths are resolved.
Result<Descriptor> open_root();

/// Errors: invalid (no plain absolute path, or a symbolic link on the way), not_found, denied, unavailable.
Result<Place> resolve_directory(std::string_view path, const Descriptor& root);
/// Whatever type it has; see refuse_irregular(). Errors: as resolve_directory().
Result<Found> resolve(std::string_view path, const Descriptor& root);

/// Errors: invalid, where it is no regular file: a directory, device, pipe or socket is not taken in.
Result<void> refuse_irregular(const Found& found);

/// What the kernel writes behind the name of a file that has lost it.
inline constexpr std::string_view kRemovedMark = " (deleted)";

/// The kernel's word for a program without a name: in memory only, or removed while it runs. There is no file
/// to take in at such a path.
bool names_nothing(std::string_view path);

/// "/a/b" and "c" of "/a/b/c".
std::string directory_of(std::string_view path);
std::string file_name_of(std::string_view path);

}  // namespace riposte::files
