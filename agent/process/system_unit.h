/// The system service that a process belongs to, as its control group tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace riposte {

/// Reads /proc/<pid>/cgroup: "ssh.service", "init.scope"; empty for what belongs to a user's session, to a
/// container or to nothing. Only the part of the tree that root alone can write is looked at, so that no
/// user gets a service's protection by naming a group after it.
std::string system_unit_in(std::string_view cgroup_lines);

/// Empty optional when it cannot be read.
std::optional<std::string> system_unit_of(std::int32_t pid);

}  // namespace riposte
