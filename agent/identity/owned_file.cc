#include "agent/identity/owned_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/descriptor.h"
#include "engine/base/file_bytes.h"

namespace riposte::agent {
namespace {

constexpr mode_t kOwnerAlone = 0600;
constexpr mode_t kReadableByAll = 0644;

std::string reason(const std::filesystem::path& path, std::string_view doing, const std::error_code& error) {
  return path.string() + ": " + std::string(doing) + ": " + error.message();
}

std::string reason(const std::filesystem::path& path, std::string_view doing) {
  return reason(path, doing, {errno, std::generic_category()});
}

Result<void> check_owner(int fd, const std::filesystem::path& path, Others others) {
  struct stat seen{};
  if (::fstat(fd, &seen) != 0 || !S_ISREG(seen.st_mode))
    return fail(Errc::denied, path.string() + " is no plain file");
  if (seen.st_uid != 0 && seen.st_uid != ::geteuid())
    return fail(Errc::denied,
                path.string() + " belongs to user " + std::to_string(seen.st_uid) + "; chown it to root");
  if ((seen.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(Errc::denied, path.string() + " can be written by others than its owner; chmod go-w it");
  if (others == Others::may_nothing && (seen.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(Errc::denied, path.string() + " can be read by others than its owner; chmod 0600 it");
  return {};
}

Result<void> fill(int fd, const std::filesystem::path& path, std::string_view bytes) {
  if (const auto error = write_all(fd, bytes)) return fail(Errc::unavailable, reason(path, "writing", error));
  if (::fsync(fd) != 0) return fail(Errc::unavailable, reason(path, "syncing"));
  return {};
}

Result<void> place(const std::string& beside, const std::filesystem::path& path, IfThere if_there) {
  const bool keeps = if_there == IfThere::keep;
  if (keeps && ::link(beside.c_str(), path.c_str()) != 0)
    return fail(errno == EEXIST ? Errc::conflict : Errc::unavailable, reason(path, "naming"));
  if (!keeps && ::rename(beside.c_str(), path.c_str()) != 0)
    return fail(Errc::unavailable, reason(path, "naming"));
  const auto folder = directory_of(path);
  if (const auto error = sync_directory(folder))
    return fail(Errc::unavailable, reason(folder, "syncing", error));
  return {};
}

}  // namespace

Result<std::string> read_owned(const std::filesystem::path& path, Others others, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid()) return fail(errno == ENOENT ? Errc::not_found : Errc::denied, reason(path, "opening"));
  TRY(check_owner(file.number(), path, others));
  auto bytes = read_to_end(file.number(), bytes_max);
  if (bytes) return *std::move(bytes);
  if (bytes.error() == std::errc::file_too_large)
    return fail(Errc::invalid, path.string() + " has more than " + std::to_string(bytes_max) + " bytes");
  return fail(Errc::unavailable, reason(path, "reading", bytes.error()));
}

Result<void> write_owned(const std::filesystem::path& path, Others others, std::string_view bytes,
                         IfThere if_there) {
  std::string beside = path.string() + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (!file.valid()) return fail(Errc::unavailable, reason(path, "making a file beside it"));
  auto done = fill(file.number(), path, bytes);
  if (done && ::fchmod(file.number(), others == Others::may_read ? kReadableByAll : kOwnerAlone) != 0)
    done = fail(Errc::unavailable, reason(path, "setting its permissions"));
  if (done) done = place(beside, path, if_there);
  if (!done || if_there == IfThere::keep) ::unlink(beside.c_str());
  return done;
}

}  // namespace riposte::agent
