#include "engine/base/synced_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/descriptor.h"

namespace riposte {
namespace {

std::unexpected<Error> file_failure(const std::filesystem::path& path, int error) {
  return fail(error == ENOENT ? Errc::not_found : Errc::unavailable,
              path.string() + ": " + std::generic_category().message(error));
}

Result<void> write_all(const Descriptor& file, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return file_failure(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> sync_directory(const std::filesystem::path& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.number()) != 0) return file_failure(path, errno);
  return {};
}

struct OpenFile {
  Descriptor descriptor;
  struct stat seen{};
};

Result<OpenFile> open_plain(const std::filesystem::path& path) {
  OpenFile file{Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)), {}};
  if (!file.descriptor.valid()) return file_failure(path, errno);
  if (::fstat(file.descriptor.number(), &file.seen) != 0) return file_failure(path, errno);
  if (!S_ISREG(file.seen.st_mode)) return fail(Errc::invalid, path.string() + " is no plain file");
  return file;
}

Result<std::string> read_open(const OpenFile& file, const std::filesystem::path& path,
                              std::size_t bytes_max) {
  std::string bytes(bytes_max + 1, '\0');
  std::size_t length = 0;
  while (length < bytes.size()) {
    const ssize_t count = ::read(file.descriptor.number(), bytes.data() + length, bytes.size() - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_failure(path, errno);
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
  }
  if (length > bytes_max)
    return fail(Errc::invalid, path.string() + " is larger than " + std::to_string(bytes_max) + " bytes");
  bytes.resize(length);
  return bytes;
}

}  // namespace

std::filesystem::path unfinished(const std::filesystem::path& path) {
  return std::filesystem::path(path) += ".new";
}

Result<void> write_synced(const std::filesystem::path& path, std::string_view bytes, mode_t mode) {
  const auto beside = unfinished(path);
  ::unlink(beside.c_str());
  const Descriptor file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kPrivateMode));
  if (!file.valid()) return file_failure(beside, errno);
  TRY(write_all(file, bytes, beside));
  if (::fchmod(file.number(), mode) != 0 || ::fsync(file.number()) != 0) return file_failure(beside, errno);
  if (::rename(beside.c_str(), path.c_str()) != 0) return file_failure(path, errno);
  return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

Result<std::string> read_small(const std::filesystem::path& path, std::size_t bytes_max) {
  const OpenFile file = TRY(open_plain(path));
  return read_open(file, path, bytes_max);
}

Result<std::string> read_secret(const std::filesystem::path& path, std::size_t bytes_max) {
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  const OpenFile file = TRY(open_plain(path));
  if ((file.seen.st_mode & kOthers) != 0)
    return fail(Errc::invalid, path.string() +
                                   " is open to others; make it private with chmod 0600 and, "
                                   "where others could read it, make a new one");
  if (file.seen.st_uid != ::geteuid() && file.seen.st_uid != 0)
    return fail(Errc::invalid, path.string() + " belongs to another user; give it to the one that reads it");
  return read_open(file, path, bytes_max);
}

}  // namespace riposte
