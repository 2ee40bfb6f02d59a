/// Which actions hold a process stopped, as the ledger has it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/deeds/process_facts.h"

namespace riposte::agent {

/// The process that a suspension stopped, as its plan names it; nothing where the plan does not.
struct Suspended {
  Member process;
  std::string boot_id;
  bool was_stopped = false;  ///< by somebody else before, so it stays so
  bool tree = false;
  std::vector<Member> family;  ///< as it was found before the deed, and by it
};
std::optional<Suspended> suspended_by(const Ledger::Known& suspension);

/// Actions that hold it stopped in this boot of the machine.
std::vector<ActionId> holders_of(const Member& process, const std::string& boot_id, const Ledger& ledger);
/// Of `holders` those that are not in `lifted`.
std::vector<ActionId> staying(std::vector<ActionId> holders, std::span<const ActionId> lifted);
/// "3f… 9a…", for a report.
std::string names_of(std::span<const ActionId> actions);

}  // namespace riposte::agent
