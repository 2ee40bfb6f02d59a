/// One open file with a name that survives renaming: "file:<canonical path>#<inode>@<birth time>".
///
/// The birth time is there because a rotated file's inode number is soon used again; it is missing where the
/// file system knows none.
#pragma once

#include <filesystem>

#include <sys/stat.h>

#include "connectors/file/lines.h"
#include "engine/base/descriptor.h"

namespace riposte::file {

class TrackedFile {
 public:
  /// Opens the file that `path` names now, at its stored position or its beginning.
  /// Errors:  not_found, invalid (not a regular file, no permission), corrupt (the file does not hold the
  /// stored
  ///          position), and whatever `lookup` answers.
  static Result<TrackedFile> open(const std::filesystem::path& path, std::size_t event_bytes_max,
                                  const PositionLookup& lookup);

  const StreamId& stream() const { return lines_.stream(); }
  Offset start() const { return start_; }
  LineSplitter& lines() { return lines_; }
  /// Reads the next chunk into lines(). Zero at the end. Errors: unavailable.
  Result<std::size_t> refill();
  /// Errors: corrupt when the file has become shorter than what was read of it.
  Result<void> check_not_truncated() const;
  /// Whether `path` now names another file that has something in it, so that the writer has moved on.
  bool replaced_at(const std::filesystem::path& path) const;

 private:
  TrackedFile(Descriptor descriptor, const struct stat& identity, LineSplitter lines, Offset start);

  Descriptor descriptor_;
  dev_t device_;
  ino_t inode_;
  LineSplitter lines_;
  Offset start_;
  std::int64_t read_to_;
  std::string chunk_;
};

}  // namespace riposte::file
