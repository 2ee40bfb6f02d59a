#include "agent/process/protected_processes.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "agent/process/system_unit.h"
#include "engine/base/printable.h"

namespace riposte {
namespace {

constexpr std::int32_t kInitPid = 1;

/// The kernel adds this to the link of a program whose file was replaced or removed while it runs, as
/// upgrades do.
std::string_view without_deleted_mark(std::string_view executable) {
  constexpr std::string_view kMark = " (deleted)";
  if (executable.ends_with(kMark)) executable.remove_suffix(kMark.size());
  return executable;
}

}  // namespace

const std::set<std::string>& vital_units() {
  static const std::set<std::string> units{"init.scope",
                                           "ssh.service",
                                           "sshd.service",
                                           "dbus.service",
                                           "dbus-broker.service",
                                           "systemd-journald.service",
                                           "systemd-logind.service",
                                           "systemd-udevd.service",
                                           "rsyslog.service",
                                           "syslog-ng.service",
                                           "auditd.service",
                                           "riposte.service",
                                           "riposte-agent.service",
                                           "riposte-agent-hands.service",
                                           "docker.service",
                                           "containerd.service",
                                           "crio.service",
                                           "podman.service"};
  return units;
}

ProtectedProcesses::ProtectedProcesses(Configured configured, std::vector<std::int32_t> own)
    : configured_(std::move(configured)), own_(std::move(own)) {
  if (own_.empty()) own_.push_back(::getpid());
}

std::optional<std::string> ProtectedProcesses::refuse_number(std::int32_t pid) const {
  if (pid == kInitPid) return "process 1 keeps the machine running and is never signalled";
  return {};
}

std::optional<std::string> ProtectedProcesses::refuse(const ProcessIdentity& target) const {
  if (auto refused = refuse_number(target.pid)) return refused;
  if (target.kernel_thread) return fmt::format("{} is a thread of the kernel", target.pid);
  if (is_relative(target.pid))
    return fmt::format("{} is this program, or one of its own ancestors or descendants", target.pid);
  if (target.run_state == RunState::gone) return {};
  if (auto refused = refuse_executable(target)) return refused;
  if (auto refused = refuse_unit(target)) return refused;
  return refuse_user(target);
}

std::optional<std::string> ProtectedProcesses::refuse_executable(const ProcessIdentity& target) const {
  if (configured_.executables.empty()) return {};
  if (target.executable.empty())
    return fmt::format(
        "which program {} runs cannot be read, and some are protected; give this program CAP_SYS_PTRACE",
        target.pid);
  const std::string executable(without_deleted_mark(target.executable));
  if (!configured_.executables.contains(executable)) return {};
  return fmt::format("{} runs {}, which the configuration protects", target.pid, printable(executable));
}

std::optional<std::string> ProtectedProcesses::refuse_unit(const ProcessIdentity& target) const {
  if (configured_.units.empty()) return {};
  const auto unit = system_unit_of(target.pid);
  if (!unit)
    return fmt::format(
        "which service {} belongs to cannot be read, and some are protected; is /proc mounted?", target.pid);
  if (!configured_.units.contains(*unit)) return {};
  return fmt::format("{} belongs to {}, which the configuration protects", target.pid, printable(*unit));
}

std::optional<std::string> ProtectedProcesses::refuse_user(const ProcessIdentity& target) const {
  if (configured_.users.empty()) return {};
  const auto users = users_of_process(target.pid);
  if (!users)
    return fmt::format("whose process {} is cannot be read, and some users are protected; is /proc mounted?",
                       target.pid);
  const auto found =
      std::ranges::find_if(*users, [&](std::uint32_t user) { return configured_.users.contains(user); });
  if (found == users->end()) return {};
  return fmt::format("{} runs as user {}, whom the configuration protects", target.pid, *found);
}

bool ProtectedProcesses::is_relative(std::int32_t pid) const {
  const auto holds = [](const std::vector<std::int32_t>& line, std::int32_t sought) {
    return std::ranges::find(line, sought) != line.end();
  };
  const auto ancestry = ancestry_of(pid);
  return std::ranges::any_of(
      own_, [&](std::int32_t own) { return holds(ancestry_of(own), pid) || holds(ancestry, own); });
}

}  // namespace riposte
