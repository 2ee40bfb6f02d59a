#include "connectors/script/child_files.h"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/file_bytes.h"

namespace riposte {
namespace {

/// MFD_NOEXEC_SEAL of Linux 6.3, which glibc 2.36 does not name yet; some hosts demand it (vm.memfd_noexec).
constexpr unsigned kNoExecSeal = 0x0008U;
constexpr int kFirstAboveStandard = 3;

std::unexpected<Error> failed(std::string_view doing, const std::error_code& error) {
  return fail(Errc::unavailable, std::string(doing) + ": " + error.message());
}

std::unexpected<Error> failed(std::string_view doing) {
  return failed(doing, {errno, std::generic_category()});
}

Result<ChildFile> above_standard(ChildFile file) {
  if (file.fd() >= kFirstAboveStandard) return file;
  ChildFile moved(::fcntl(file.fd(), F_DUPFD_CLOEXEC, kFirstAboveStandard));
  if (moved.fd() < 0) return failed("duplicating a descriptor");
  return moved;
}

}  // namespace

void ChildFile::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<ChildPipe> open_child_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("opening a pipe");
  ChildPipe pipe;
  ChildFile read_end(ends[0]);
  ChildFile write_end(ends[1]);
  pipe.read_end = TRY(above_standard(std::move(read_end)));
  pipe.write_end = TRY(above_standard(std::move(write_end)));
  if (::fcntl(pipe.read_end.fd(), F_SETFL, O_NONBLOCK) != 0) return failed("preparing a pipe");
  return pipe;
}

Result<ChildFile> open_sealed_bytes(const std::string& bytes) {
  int fd = ::memfd_create("riposte-stdin", MFD_CLOEXEC | MFD_ALLOW_SEALING | kNoExecSeal);
  if (fd < 0 && errno == EINVAL) fd = ::memfd_create("riposte-stdin", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return failed("creating the standard input of a program");
  ChildFile file = TRY(above_standard(ChildFile(fd)));
  if (const auto error = write_all(file.fd(), bytes))
    return failed("writing the standard input of a program", error);
  if (::fcntl(file.fd(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    return failed("sealing the standard input of a program");
  if (::lseek(file.fd(), 0, SEEK_SET) != 0) return failed("rewinding the standard input of a program");
  return file;
}

}  // namespace riposte
