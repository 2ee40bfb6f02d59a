#include "connectors/exec/process_guards.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/base/ascii.h"
#include "engine/base/printable.h"

namespace riposte {

ProcessGuards::ProcessGuards(const std::set<std::string>& own_hosts,
                             std::set<std::string> protected_executables, std::int32_t engine_pid)
    : processes_({.executables = std::move(protected_executables)},
                 engine_pid == 0 ? std::vector<std::int32_t>() : std::vector{engine_pid}) {
  for (const std::string& name : own_hosts) own_hosts_.insert(lower_ascii(name));
}

std::optional<std::string> ProcessGuards::refuse_host(const std::string& host) const {
  if (!host.empty() && own_hosts_.contains(lower_ascii(host))) return {};
  return fmt::format("no agent for host '{}'; this engine acts on '{}' only", printable(host),
                     fmt::join(own_hosts_, "', '"));
}

}  // namespace riposte
