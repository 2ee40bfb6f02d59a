#include "connectors/file/tracked_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>

namespace riposte::file {

namespace {

std::string reason(int error) { return std::generic_category().message(error); }

StreamId name_of(const std::filesystem::path& canonical, int descriptor, const struct stat& identity) {
  std::string name = fmt::format("file:{}#{}", canonical.string(), identity.st_ino);
  struct statx more{};
  if (::statx(descriptor, "", AT_EMPTY_PATH, STATX_BTIME, &more) == 0 && (more.stx_mask & STATX_BTIME) != 0)
    name += fmt::format("@{}.{:09}", more.stx_btime.tv_sec, more.stx_btime.tv_nsec);
  return StreamId(std::move(name));
}

Error not_in_file(const StreamId& stream, Offset position, const std::string& why) {
  return Error{
      Errc::corrupt,
      fmt::format(
          "{}: {} at the stored position {}: the file was changed other than by appending; rename it and "
          "let the writer begin a new one, which is then read from its beginning",
          stream.value(), why, position.value()),
      {}};
}

/// A position is the beginning of a line, or the end of a file whose last line was complete without a line
/// feed.
Result<void> check_position(int descriptor, const StreamId& stream, std::int64_t size, Offset position) {
  if (position.value() > size)
    return std::unexpected(not_in_file(stream, position, fmt::format("it has only {} bytes, nothing", size)));
  if (position.value() <= 0 || position.value() == size) return {};
  char before = 0;
  if (::pread(descriptor, &before, 1, position.value() - 1) != 1)
    return fail(Errc::unavailable, fmt::format("{}: cannot read: {}", stream.value(), reason(errno)));
  if (before != '\n') return std::unexpected(not_in_file(stream, position, "no line begins"));
  return {};
}

}  // namespace

TrackedFile::TrackedFile(Descriptor descriptor, const struct stat& identity, LineSplitter lines, Offset start)
    : descriptor_(std::move(descriptor)),
      device_(identity.st_dev),
      inode_(identity.st_ino),
      lines_(std::move(lines)),
      start_(start),
      read_to_(start.value()),
      chunk_(kChunkBytes, '\0') {}

Result<TrackedFile> TrackedFile::open(const std::filesystem::path& path, std::size_t event_bytes_max,
                                      const PositionLookup& lookup) {
  std::error_code missing;
  const auto canonical = std::filesystem::canonical(path, missing);
  if (missing)
    return fail(Errc::not_found,
                fmt::format("{}: {}; correct `path` or create the file", path.string(), missing.message()));
  // Without O_NONBLOCK a named pipe would hold us here until somebody writes to it.
  Descriptor descriptor(::open(canonical.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor.valid()) return fail(Errc::invalid, fmt::format("{}: {}", path.string(), reason(errno)));
  struct stat identity{};
  if (::fstat(descriptor.number(), &identity) != 0)
    return fail(Errc::unavailable, fmt::format("{}: {}", path.string(), reason(errno)));
  if (!S_ISREG(identity.st_mode))
    return fail(Errc::invalid,
                fmt::format("{}: not a regular file; feed a pipe through the source `stdin`", path.string()));
  StreamId stream = name_of(canonical, descriptor.number(), identity);
  const auto stored = TRY_DOING("looking up the stored position of " + stream.value(), lookup(stream));
  const Offset start = stored.value_or(Offset(0));
  TRY(check_position(descriptor.number(), stream, identity.st_size, start));
  return TrackedFile(std::move(descriptor), identity, LineSplitter(std::move(stream), start, event_bytes_max),
                     start);
}

Result<std::size_t> TrackedFile::refill() {
  ssize_t got = 0;
  do {
    got = ::pread(descriptor_.number(), chunk_.data(), chunk_.size(), read_to_);
  } while (got < 0 && errno == EINTR);
  if (got < 0)
    return fail(Errc::unavailable, fmt::format("{}: cannot read: {}", stream().value(), reason(errno)));
  read_to_ += got;
  lines_.feed(std::string_view(chunk_.data(), static_cast<std::size_t>(got)));
  return static_cast<std::size_t>(got);
}

Result<void> TrackedFile::check_not_truncated() const {
  struct stat now{};
  if (::fstat(descriptor_.number(), &now) != 0 || now.st_size >= read_to_) return {};
  return fail(
      Errc::corrupt,
      fmt::format(
          "{}: was cut to {} bytes after {} had been read, so records may be lost; rotate by renaming "
          "(logrotate: without copytruncate), then rename this file and let the writer begin a new one",
          stream().value(), now.st_size, read_to_));
}

bool TrackedFile::replaced_at(const std::filesystem::path& path) const {
  struct stat now{};
  if (::stat(path.c_str(), &now) != 0) return false;  // renamed away and nothing new yet
  return (now.st_ino != inode_ || now.st_dev != device_) && now.st_size > 0;
}

}  // namespace riposte::file
