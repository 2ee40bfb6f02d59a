/// The record of a transition, or of an attempt that was refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/lifecycle/action.h"

namespace riposte {

struct AuditRecord {
  std::uint64_t sequence = 0;  ///< per partition, without gaps, from 1
  Partition partition;
  WallTime at;
  ActionId action;
  ActionType type = ActionType::run_script;
  std::string target;
  Actor actor;
  std::string event;          ///< the fact: "proposed", "approve", "approve_refused", "reported", …
  std::optional<State> from;  ///< empty for a new action
  State to = State::queued;
  Verification verification = Verification::none;
  Reason reason = Reason::none;
  Ground ground = Ground::manual;
  std::uint32_t attempt = 0;
  std::string detail;

  bool operator==(const AuditRecord&) const = default;
};

/// The record of moving from `before` (null for a new action) to `after`.
AuditRecord audit_of(const Action* before, const Action& after, Actor actor, std::string event, WallTime at);

}  // namespace riposte
