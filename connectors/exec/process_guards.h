/// Which processes and hosts this engine keeps its hands off, whatever a rule or a person orders.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "agent/process/protected_processes.h"

namespace riposte {

class ProcessGuards {
 public:
  /// `own_hosts`: every name under which detections may know this host (host name, FQDN, machine id); case
  /// does not matter. `protected_executables`: absolute paths of programs that are never signalled.
  /// `engine_pid`: the process whose ancestors and descendants are safe; 0: this one.
  ProcessGuards(const std::set<std::string>& own_hosts, std::set<std::string> protected_executables,
                std::int32_t engine_pid = 0);

  /// Why an order for `host` is not for this engine; empty when it is.
  std::optional<std::string> refuse_host(const std::string& host) const;
  const ProtectedProcesses& processes() const { return processes_; }

 private:
  std::set<std::string> own_hosts_;  ///< in lower case
  ProtectedProcesses processes_;
};

}  // namespace riposte
