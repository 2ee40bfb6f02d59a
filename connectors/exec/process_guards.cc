#include "connectors/exec/process_guards.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "engine/base/ascii.h"
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

ProcessGuards::ProcessGuards(const std::set<std::string>& own_hosts,
                             std::set<std::string> protected_executables, std::int32_t engine_pid)
    : protected_executables_(std::move(protected_executables)),
      engine_pid_(engine_pid == 0 ? ::getpid() : engine_pid) {
  for (const std::string& name : own_hosts) own_hosts_.insert(lower_ascii(name));
}

std::optional<std::string> ProcessGuards::refuse_host(const std::string& host) const {
  if (!host.empty() && own_hosts_.contains(lower_ascii(host))) return {};
  return fmt::format("no agent for host '{}'; this engine acts on '{}' only", printable(host),
                     fmt::join(own_hosts_, "', '"));
}

std::optional<std::string> ProcessGuards::refuse_number(std::int32_t pid) const {
  if (pid == kInitPid) return "process 1 keeps the machine running and is never signalled";
  return {};
}

std::optional<std::string> ProcessGuards::refuse(const ProcessIdentity& target) const {
  if (auto refused = refuse_number(target.pid)) return refused;
  if (target.kernel_thread) return fmt::format("{} is a thread of the kernel", target.pid);
  if (is_relative(target.pid))
    return fmt::format("{} is this engine, or one of its own ancestors or descendants", target.pid);
  if (!protected_executables_.empty() && target.executable.empty() && target.run_state != RunState::gone)
    return fmt::format(
        "which program {} runs cannot be read, and some are protected; give the engine CAP_SYS_PTRACE",
        target.pid);
  const std::string executable(without_deleted_mark(target.executable));
  if (protected_executables_.contains(executable))
    return fmt::format("{} runs {}, which the configuration protects", target.pid, printable(executable));
  return {};
}

bool ProcessGuards::is_relative(std::int32_t pid) const {
  const auto holds = [](const std::vector<std::int32_t>& line, std::int32_t sought) {
    return std::ranges::find(line, sought) != line.end();
  };
  return holds(ancestry_of(engine_pid_), pid) || holds(ancestry_of(pid), engine_pid_);
}

}  // namespace riposte
