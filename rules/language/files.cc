#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/language/yaml.h"

namespace riposte::yaml {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason() { return std::generic_category().message(errno); }

}  // namespace

Result<std::string> read_file(const std::string& path) {
  // Not blocking: a FIFO in the folder must not hold the program up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0)
    return fail(errno == ENOENT ? Errc::not_found : Errc::unavailable,
                fmt::format("cannot read {}: {}", path, reason()));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0)
    return fail(Errc::unavailable, fmt::format("cannot read {}: {}", path, reason()));
  if (!S_ISREG(status.st_mode)) return fail(Errc::invalid, fmt::format("{} is not a regular file", path));

  std::string bytes;
  std::array<char, 65536> chunk{};
  while (true) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::unavailable, fmt::format("cannot read {}: {}", path, reason()));
    if (got == 0) return bytes;
    bytes.append(chunk.data(), static_cast<std::size_t>(got));
    if (bytes.size() > kBytesMax)
      return fail(Errc::invalid, fmt::format("{} is larger than {} bytes; split it", path, kBytesMax));
  }
}

}  // namespace riposte::yaml
