/// Taking back what was done: when its time is over, or when a person wants it.
///
/// Both give the same order the same id, so that of the two only one can happen.
#pragma once

#include <string>

#include "engine/lifecycle/step.h"

namespace riposte {

/// Whether a person may have it taken back now. Errors: invalid (it has no inverse), conflict (it is not
/// done, or taken back already).
Result<void> may_undo(const Action& action);

/// The inverse order: same target, same people, and what of the parameters the inverse takes. `action` has an
/// inverse.
ActionRequest undo_of(const Action& action, Actor submitter, std::string comment);

// Parts of step().

/// The time of `action` is over.
Result<Step> take_back(const Action& action, WallTime now);
/// The same, and another action keeps it so for longer.
Result<Step> outlast(const Action& action, const Outlasted& outlasted, WallTime now);
/// A person has it taken back.
Result<Step> undo(const Action& action, const Decided& decided, WallTime now);
/// The order that was to take it back came to nothing: it stays as it is, and its time runs on.
Result<Step> keep(const Action& action, const UndoFailed& failed, WallTime now);

/// What the action learns from an order to take it back that a person had wanted and that was not let run, or
/// failed. One that the engine ordered tells it nothing: it would be ordered again at once.
std::optional<UndoFailed> failure_of_undo(const Action& order);

}  // namespace riposte
