#include "agent/process/pidfd.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace riposte {
namespace {

std::string reason_of(int error) { return std::generic_category().message(error); }

}  // namespace

Result<Pidfd> Pidfd::open(std::int32_t pid) {
  // glibc 2.36 declares its wrappers without C linkage.
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
  if (fd >= 0) return Pidfd(fd);
  const std::string number = std::to_string(pid);
  switch (errno) {
    case ESRCH:
      return fail(Errc::not_found, "no process has the number " + number);
    case EINVAL:  // before Linux 6.9
    case ENOENT:
      return fail(Errc::invalid,
                  number + " is a thread inside a process; name the process (its thread group)");
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return fail(Errc::unavailable, "no process handle for " + number + ": " + reason_of(errno));
    default:
      return fail(Errc::denied, "no process handle for " + number + " (pidfd_open, Linux 5.3 or later): " +
                                    reason_of(errno) + "; without one nothing is signalled");
  }
}

Pidfd& Pidfd::operator=(Pidfd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Pidfd::~Pidfd() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> Pidfd::send(int signal) const {
  if (::syscall(SYS_pidfd_send_signal, fd_, signal, nullptr, 0U) == 0) return {};
  if (errno == ESRCH) return fail(Errc::not_found, "the process has gone");
  if (errno == EPERM)
    return fail(Errc::denied, "not permitted; run this program as the process's user, or give it CAP_KILL");
  return fail(Errc::denied, "pidfd_send_signal: " + reason_of(errno));
}

bool Pidfd::has_ended(std::chrono::milliseconds wait) const {
  pollfd watched{.fd = fd_, .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(wait.count())) == 1 && (watched.revents & POLLIN) != 0;
}

}  // namespace riposte
