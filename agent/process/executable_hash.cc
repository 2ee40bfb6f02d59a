#include "agent/process/executable_hash.h"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

namespace riposte {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;

std::unexpected<Error> unreadable(std::int32_t pid, int error) {
  const std::string what = fmt::format("the program of process {} cannot be read: {}", pid,
                                       std::generic_category().message(error));
  if (error == EACCES || error == EPERM)
    return fail(Errc::denied, what + "; give this program CAP_SYS_PTRACE");
  return fail(error == ENOENT || error == ESRCH ? Errc::not_found : Errc::unavailable, what);
}

std::string hex_of(const std::array<unsigned char, crypto_hash_sha256_BYTES>& digest) {
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

Result<std::string> hash_of(int fd, std::int32_t pid) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::vector<unsigned char> part(kReadBytes);
  std::uint64_t total = 0;
  for (ssize_t got = 0; (got = ::read(fd, part.data(), part.size())) != 0;) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(pid, errno);
    total += static_cast<std::uint64_t>(got);
    if (total > kHashedExecutableBytesMax)
      return fail(Errc::invalid,
                  fmt::format("the program of process {} has more than {} MiB and is not hashed", pid,
                              kHashedExecutableBytesMax >> 20U));
    crypto_hash_sha256_update(&state, part.data(), static_cast<std::size_t>(got));
  }
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(&state, digest.data());
  return hex_of(digest);
}

}  // namespace

Result<Descriptor> open_executable(const Pidfd& handle, std::int32_t pid) {
  Descriptor file(::open(fmt::format("/proc/{}/exe", pid).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return unreadable(pid, errno);
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return unreadable(pid, errno);
  if (!S_ISREG(status.st_mode))
    return fail(Errc::invalid, fmt::format("process {} runs something that is no regular file", pid));
  // A process that has kept its number until now had it when the file was opened.
  const auto reached = handle.send(0);
  if (!reached && reached.error().code == Errc::not_found) return std::unexpected(reached.error());
  return file;
}

Result<std::string> executable_sha256(const Pidfd& handle, std::int32_t pid) {
  const Descriptor file = TRY(open_executable(handle, pid));
  return hash_of(file.number(), pid);
}

}  // namespace riposte
