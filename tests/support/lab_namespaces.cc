#include "tests/support/lab_namespaces.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/lab_process.h"
#include "tests/support/owned_fd.h"

namespace riposte::test {
namespace {

constexpr int kNotFurnished = 125;
constexpr const char* kMountName = "riposte_lab";  // by which tests/run.sh would know a mount that stayed

std::string refusal(const std::string& what) { return what + ": " + std::system_category().message(errno); }

bool write_file(const char* path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

/// A /run of its own, with the lab's scratch folder in it where there is one already.
bool mount_run() {
  const OwnedFd scratch(::open(kScratchOfLab, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (::mount(kMountName, "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0) return false;
  if (::mkdir(kScratchOfLab, 0700) != 0) return false;
  if (!scratch) return true;
  const std::string source = "/proc/self/fd/" + std::to_string(scratch.get());
  return ::mount(source.c_str(), kScratchOfLab, nullptr, MS_BIND, nullptr) == 0;
}

bool bring_loopback_up() {
  const OwnedFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

/// Whoever is no root becomes it in a user namespace, alone.
std::string become_root() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (user == 0) return "";
  if (::unshare(CLONE_NEWUSER) != 0) return refusal("a user namespace");
  if (!write_file("/proc/self/setgroups", "deny") ||
      !write_file("/proc/self/uid_map", "0 " + std::to_string(user) + " 1") ||
      !write_file("/proc/self/gid_map", "0 " + std::to_string(group) + " 1"))
    return refusal("root in a user namespace");
  return "";
}

[[noreturn]] void end_as(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::_Exit(exit_code_of(status));
}

/// Why the first process could not furnish the lab is told through a pipe; nothing said is success.
std::string hear_refusal(int from) {
  char text[256]{};
  const ssize_t got = ::read(from, text, sizeof(text) - 1);
  return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string();
}

}  // namespace

std::string furnish(const std::string& name) {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return refusal("mounts of its own");
  if (::mount(kMountName, "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return refusal("a /proc of its own");
  if (!mount_run()) return refusal("a /run of its own");
  if (::sethostname(name.data(), name.size()) != 0) return refusal("a host name");
  if (!bring_loopback_up()) return refusal("the loopback interface");
  for (const char* scope : {"all", "default"}) {
    const std::string path = std::string("/proc/sys/net/ipv6/conf/") + scope + "/accept_dad";
    if (!write_file(path.c_str(), "0")) return refusal(path);
  }
  return "";
}

void collect_orphans(int awaited) {
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, 0);
    if (ended == awaited && ended > 0) std::_Exit(exit_code_of(status));
    if (ended < 0 && errno == ECHILD) ::usleep(10'000);  // an orphan may still be handed over
  }
}

bool lab_is_of_root() {
  std::ifstream map("/proc/self/uid_map");
  std::uint64_t inside = 0, outside = 0, count = 0;
  map >> inside >> outside >> count;
  return count > 1;
}

std::string enter_lab() {
  if (auto refused = become_root(); !refused.empty()) return refused;
  if (::unshare(kOwnNamespaces) != 0) return refusal("namespaces");
  int told[2]{};
  if (::pipe2(told, O_CLOEXEC) != 0) return refusal("pipe");
  OwnedFd hear(told[0]), tell(told[1]);
  const pid_t first = ::fork();
  if (first < 0) return refusal("fork");
  if (first > 0) {
    tell.reset();
    if (auto refused = hear_refusal(hear.get()); !refused.empty()) {
      ::waitpid(first, nullptr, 0);
      return refused;
    }
    end_as(first);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (const auto refused = furnish("lab"); !refused.empty()) {
    const bool heard = ::write(tell.get(), refused.data(), refused.size()) > 0;
    std::_Exit(heard ? 0 : kNotFurnished);
  }
  tell.reset();
  const pid_t tests = ::fork();
  if (tests != 0) collect_orphans(tests);
  ::setenv("TMPDIR", kScratchOfLab, 1);  // NOLINT(concurrency-mt-unsafe): no thread has begun
  return "";
}

}  // namespace riposte::test
