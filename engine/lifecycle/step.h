/// The only code that changes an action's state. Pure: no I/O, no clock, no thread.
#pragma once

#include <optional>
#include <vector>

#include "engine/lifecycle/audit.h"
#include "engine/lifecycle/fact.h"

namespace riposte {

struct Step {
  Action action;
  std::vector<Effect> effects;       ///< to be carried out only after the step is durable
  std::optional<AuditRecord> audit;  ///< empty when nothing changed
  std::optional<Proposed> undo;      ///< an order that belongs into the same commit
};

/// What `fact` makes of `action` (null: there is none yet) at `now`.
/// Errors: conflict (legal fact, wrong moment), denied (four eyes), invalid (an undo of what has no inverse),
/// not_found (a fact about no action).
Result<Step> step(const Action* action, const Fact& fact, WallTime now);

/// The effect that the stored state alone owes, asked after a restart and whenever `now` moves: repeatable.
/// What is in doubt is asked about, too: the answer may be on record by now.
/// A queued action owes nothing here: starting it is a Started fact, given when a slot is free. Nor does a
/// held one: what it waits for is a PredecessorEnded fact, made from its predecessor's row by ending_of().
std::optional<Effect> owed(const Action& action, WallTime now);

/// Whether this person may say yes to this action: never its submitter, never an author of its rule
/// or response.
/// Errors: denied, saying which of the two.
Result<void> may_approve(const Action& action, const Person& person);

/// No answer from the executor for this long: the outcome is in doubt.
inline constexpr Duration kExecutionDeadline = std::chrono::minutes(15);
/// A verifier that cannot tell is asked this often again, at this interval, before the action counts as
/// unproved.
inline constexpr std::uint32_t kVerificationRetriesMax = 3;
inline constexpr Duration kVerificationRetryInterval = std::chrono::seconds(5);

}  // namespace riposte
