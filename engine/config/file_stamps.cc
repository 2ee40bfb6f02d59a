#include "engine/config/file_stamps.h"

#include <optional>
#include <system_error>

#include <sys/stat.h>

#include "rules/language/yaml_files.h"

namespace riposte {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return status;
}

FileStamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim)};
}

/// False when it cannot be listed to its end.
bool stamp_files_below(const std::string& folder, FileStamps& stamps) {
  std::error_code error;
  for (const std::string& path : yaml_files_below(folder, error)) {
    const auto status = status_of(path);
    // A link that leads nowhere is seen as well: the reader will complain of it.
    stamps[path] = status ? stamp_of(*status) : FileStamp{};
  }
  return !error;
}

}  // namespace

FileStamps stamps_of(std::span<const std::string> paths) {
  FileStamps stamps;
  for (const std::string& path : paths) {
    const auto status = status_of(path);
    if (!status) continue;
    if (!S_ISDIR(status->st_mode))
      stamps[path] = stamp_of(*status);
    else if (stamp_files_below(path, stamps))
      // Of the folder only which one it is: its times change with every hidden or temporary file.
      stamps[path] = {.device = status->st_dev, .inode = status->st_ino};
  }
  return stamps;
}

}  // namespace riposte
