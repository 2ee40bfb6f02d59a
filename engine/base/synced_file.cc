#include "engine/base/synced_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/descriptor.h"
#include "engine/base/file_bytes.h"

namespace riposte {
namespace {

std::unexpected<Error> file_failure(const std::filesystem::path& path, const std::error_code& error) {
  return fail(error == std::errc::no_such_file_or_directory ? Errc::not_found : Errc::unavailable,
              path.string() + ": " + error.message());
}

std::unexpected<Error> file_failure(const std::filesystem::path& path, int error) {
  return file_failure(path, {error, std::generic_category()});
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
  auto bytes = read_to_end(file.descriptor.number(), bytes_max);
  if (bytes) return *std::move(bytes);
  if (bytes.error() == std::errc::file_too_large)
    return fail(Errc::invalid, path.string() + " is larger than " + std::to_string(bytes_max) + " bytes");
  return file_failure(path, bytes.error());
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
  if (const auto error = write_all(file.number(), bytes)) return file_failure(beside, error);
  if (::fchmod(file.number(), mode) != 0 || ::fsync(file.number()) != 0) return file_failure(beside, errno);
  if (::rename(beside.c_str(), path.c_str()) != 0) return file_failure(path, errno);
  const auto directory = directory_of(path);
  if (const auto error = sync_directory(directory)) return file_failure(directory, error);
  return {};
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
