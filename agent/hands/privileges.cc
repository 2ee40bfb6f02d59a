#include "agent/hands/privileges.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace riposte::agent {
namespace {

std::unexpected<Error> refused(const char* doing) {
  return fail(Errc::unavailable, std::string(doing) + ": " + std::generic_category().message(errno));
}

constexpr std::uint64_t bit(unsigned int capability) { return std::uint64_t{1} << capability; }

std::uint64_t capabilities_of(Realm realm) {
  switch (realm) {
    case Realm::process:
      // To signal anybody, to see whose program it is, to read the program for its hash.
      return bit(CAP_KILL) | bit(CAP_SYS_PTRACE) | bit(CAP_DAC_READ_SEARCH);
    case Realm::filter:
      return bit(CAP_NET_ADMIN);
    case Realm::files:
      break;
  }
  // Read, remove and put back with owner, mode, capabilities and attributes; see who has it open.
  return bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH) | bit(CAP_FOWNER) | bit(CAP_CHOWN) |
         bit(CAP_FSETID) | bit(CAP_SETFCAP) | bit(CAP_SYS_ADMIN) | bit(CAP_SYS_PTRACE);
}

}  // namespace

Result<void> keep_privileges_of(Realm realm) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("forbidding new privileges");
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &head, sets.data()) != 0) return refused("reading the capabilities");
  const std::uint64_t kept = capabilities_of(realm);
  for (std::size_t half = 0; half < sets.size(); ++half) {
    const auto wanted = static_cast<std::uint32_t>(kept >> (32 * half));
    sets.at(half).permitted &= wanted;
    sets.at(half).effective = sets.at(half).permitted;
    sets.at(half).inheritable = 0;
  }
  if (::syscall(SYS_capset, &head, sets.data()) != 0) return refused("dropping capabilities");
  return {};
}

Result<void> raise_open_files(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return refused("reading the limit of open files");
  if (limit.rlim_cur >= wanted) return {};
  limit.rlim_cur = wanted;
  limit.rlim_max = std::max<rlim_t>(limit.rlim_max, wanted);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return refused("raising the limit of open files");
  return {};
}

}  // namespace riposte::agent
