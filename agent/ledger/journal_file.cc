#include "agent/ledger/journal_file.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file_bytes.h"

namespace riposte::agent {
namespace {

constexpr mode_t kOwnerAlone = 0600;
constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

std::unexpected<Error> file_error(const std::filesystem::path& path, std::string_view doing, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return fail(full ? Errc::unavailable : Errc::corrupt,
              path.string() + ": " + std::string(doing) + ": " + std::generic_category().message(error));
}

/// Whether the open file is still the one of that name, and not one that another process has replaced since.
bool is_at(int fd, const std::filesystem::path& path) {
  struct stat opened{};
  struct stat named{};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

Result<JournalFile> JournalFile::open(const std::filesystem::path& path) {
  Descriptor opened(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kOwnerAlone));
  if (!opened.valid()) return file_error(path, "opening", errno);
  const int fd = opened.number();
  JournalFile file(std::move(opened), path);
  struct stat seen{};
  if (::fstat(fd, &seen) != 0) return file_error(path, "looking at it", errno);
  if (!S_ISREG(seen.st_mode)) return fail(Errc::corrupt, path.string() + " is no plain file; move it away");
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 || !is_at(fd, path))
    return fail(Errc::fenced, path.string() + " is in use by another process; stop that first");
  return file;
}

std::unexpected<Error> JournalFile::failed(std::string_view doing, int error) const {
  return file_error(path_, doing, error);
}

Result<std::string> JournalFile::read_all() const {
  std::string bytes;
  std::array<char, kReadBytes> part{};
  while (true) {
    const ssize_t count = ::pread(file_.number(), part.data(), part.size(), static_cast<off_t>(bytes.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("reading", errno);
    if (count == 0) return bytes;
    bytes.append(part.data(), static_cast<std::size_t>(count));
  }
}

Result<void> JournalFile::write_at(std::size_t offset, std::string_view bytes) const {
  if (const auto error = write_all_at(file_.number(), bytes, offset)) return failed("writing", error.value());
  return {};
}

Result<void> JournalFile::sync() const {
  if (::fdatasync(file_.number()) != 0) return failed("syncing", errno);
  return {};
}

Result<void> JournalFile::cut(std::size_t size) const {
  if (::ftruncate(file_.number(), static_cast<off_t>(size)) != 0) return failed("cutting", errno);
  return {};
}

bool JournalFile::reserve(std::size_t offset, std::size_t bytes) const {
  const int done =
      ::fallocate(file_.number(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  return done == 0 || errno == EOPNOTSUPP;
}

Result<void> JournalFile::rename_to(const std::filesystem::path& path) {
  if (::rename(path_.c_str(), path.c_str()) != 0)
    return fail(Errc::corrupt, failed("renaming", errno).error().what);
  path_ = path;
  const auto folder = directory_of(path);
  if (const auto error = sync_directory(folder))
    return fail(Errc::corrupt, file_error(folder, "syncing", error.value()).error().what);
  return {};
}

}  // namespace riposte::agent
