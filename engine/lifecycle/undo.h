/// Taking back what was done: when its time is over, or when a person wants it.
///
/// Both give the same order the same id, so that of the two only one can happen.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "engine/lifecycle/step.h"

namespace riposte {

/// What of an action is in force as far as its end tells, and so is there to be taken back.
enum class Remains : std::uint8_t {
  nothing,       ///< it has not run, or its end says that nothing was done
  perhaps_part,  ///< it went wrong in the middle: looked after by people only
  the_effect,    ///< it is there, or nobody knows that it is not
};
Remains remains_of(const Action& action);

/// Its time runs from `now` on, where it has one and has done something.
void start_time_to_live(Action& action, WallTime now);

/// Whether a person may have it taken back now. Errors: invalid (it has no inverse), conflict (nothing is
/// there to be taken back, or it is taken back already).
Result<void> may_undo(const Action& action);

/// The inverse order: same target, same people, and what of the parameters the inverse takes. `action` has an
/// inverse.
ActionRequest undo_of(const Action& action, Actor submitter, std::string comment);

/// An address that a person unblocks is not blocked again at once by the rule that blocked it: for so long,
/// where the order does not say.
inline constexpr Duration kUnblockGrace = std::chrono::minutes(10);
void give_grace(ActionRequest& request);

// Parts of step().

/// The time of `action` is over.
Result<Step> take_back(const Action& action, WallTime now);
/// The same, and another action keeps it so for longer.
Result<Step> outlast(const Action& action, const Outlasted& outlasted, WallTime now);
/// It was suspended for what comes after it, and that will not come: its time is over at once.
Result<Step> let_go(const Action& action, const FollowerRefused& refused, WallTime now);
/// A person has it taken back.
Result<Step> undo(const Action& action, const Decided& decided, WallTime now);
/// The order that was to take it back came to nothing: it stays as it is, and its time runs on.
Result<Step> keep(const Action& action, const UndoFailed& failed, WallTime now);

/// What a person's order to lift something tells those that were to do it and have not begun; nothing while
/// it is not let run, and from an order of any other kind. An undo tells it to the repetitions of the same
/// rule: what others want stays wanted.
std::optional<Superseded> lifting_of(const Action& order);
/// It shall not begin any more, if it is one of those.
Result<Step> call_off(const Action& action, const Superseded& superseded, WallTime now);

/// What the action learns from an order to take it back that a person had wanted and that was not let run, or
/// failed. One that the engine ordered tells it nothing: it would be ordered again at once.
std::optional<UndoFailed> failure_of_undo(const Action& order);

}  // namespace riposte
