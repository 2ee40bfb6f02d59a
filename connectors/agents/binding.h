/// To which host an action was given, as its evidence keeps it from the start on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "connectors/agents/channel.h"
#include "engine/lifecycle/action.h"

namespace riposte::agents {

/// Where a host's journal was, as far as the engine knows.
struct JournalMark {
  std::string id;
  std::uint64_t sequence = 0;
  /// A journal with this mark has lost what one with `earlier` knew.
  bool went_back_from(const JournalMark& earlier) const {
    return !earlier.id.empty() && (id != earlier.id || sequence < earlier.sequence);
  }
};

struct Binding {
  std::string agent;  ///< its name, for people
  std::string machine_id;
  std::uint64_t enrolment = 0;
  JournalMark journal;  ///< before the order
};

Evidence evidence_of(const Binding& binding);
/// Nothing: it was given to no host.
std::optional<Binding> binding_of(const Action& action);

}  // namespace riposte::agents
