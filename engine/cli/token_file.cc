#include "engine/cli/token_file.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace riposte::cli {
namespace {

/// Units: bytes. A token has 47.
constexpr std::size_t kTokenFileBytesMax = 4096;

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here ever sets one
  return value == nullptr ? "" : value;
}

class OpenFile {
 public:
  // Without O_NONBLOCK a FIFO at this path would hold the command for ever.
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> system_error(const std::string& path) {
  const int number = errno;
  const std::string why = std::generic_category().message(number);
  if (number == ENOENT) {
    return fail(Errc::not_found, "no token at " + path +
                                     ": put yours there (chmod 600), or name its file with --token-file; "
                                     "'riposte token new' makes one");
  }
  return fail(Errc::invalid, "cannot read the token file " + path + ": " + why);
}

}  // namespace

std::string default_token_file() {
  const std::string configured = from_environment("XDG_CONFIG_HOME");
  const std::string folder = configured.empty() ? from_environment("HOME") + "/.config" : configured;
  return folder + "/riposte/token";
}

Result<std::string> read_token_file(const std::string& path) {
  const OpenFile file(path);
  struct stat status{};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0) return system_error(path);
  if (!S_ISREG(status.st_mode)) return fail(Errc::invalid, "the token file " + path + " is no regular file");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail(Errc::invalid, "others may read the token file " + path + "; cure: chmod 600 '" + path + "'");
  std::array<char, kTokenFileBytesMax> bytes{};
  const ssize_t size = ::read(file.descriptor(), bytes.data(), bytes.size());
  if (size < 0) return system_error(path);
  const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return fail(Errc::invalid, "the token file " + path + " is empty");
  return std::string(text.substr(0, end + 1));
}

}  // namespace riposte::cli
