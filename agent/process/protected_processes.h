/// Which processes of a host are never signalled, whatever is ordered.
///
/// Always: process 1, the kernel's threads, and given processes with all their ancestors and descendants.
/// Beside these: programs by path, system services by name and users by number, as configured.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/process/process_identity.h"

namespace riposte {

class ProtectedProcesses {
 public:
  struct Configured {
    std::set<std::string> executables{};  ///< absolute paths of programs
    std::set<std::string> units{};        ///< names of system services: "ssh.service"
    std::set<std::uint32_t> users{};      ///< whoever runs as one of them, really, effectively or on demand
  };

  /// `own`: processes whose families are safe; none given: this one.
  explicit ProtectedProcesses(Configured configured, std::vector<std::int32_t> own = {});

  /// Decided by the number alone, before anything is looked up.
  std::optional<std::string> refuse_number(std::int32_t pid) const;
  std::optional<std::string> refuse(const ProcessIdentity& target) const;

 private:
  bool is_relative(std::int32_t pid) const;
  std::optional<std::string> refuse_executable(const ProcessIdentity& target) const;
  std::optional<std::string> refuse_unit(const ProcessIdentity& target) const;
  std::optional<std::string> refuse_user(const ProcessIdentity& target) const;

  Configured configured_;
  std::vector<std::int32_t> own_;
};

/// Services whose loss takes a host out of its administrators' hands: how they come in, what starts and
/// records everything, what keeps containers, and what answers to attacks.
const std::set<std::string>& vital_units();

}  // namespace riposte
