/// Where an action can be, and the legal moves between those places.
///
///   pending_approval ──▶ queued ──▶ executing ──▶ completed ──▶ failed (verification)
///        │                 │  │         │ │
///        ▼                 ▼  ▼         ▼ ▼
///     cancelled      cancelled failed  failed cancelled (in doubt, by a person)
///
///   verification: none → pending → passed | failed
///
/// In a chain an action is `held` in pending_approval or queued until the one before it has completed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace riposte {

enum class State : std::uint8_t { pending_approval, queued, executing, completed, failed, cancelled };
inline constexpr std::size_t kStateCount = 6;
inline constexpr std::array<State, kStateCount> kStates{State::pending_approval, State::queued,
                                                        State::executing,        State::completed,
                                                        State::failed,           State::cancelled};

enum class Verification : std::uint8_t { none, pending, passed, failed };

/// Why an action is in `failed` or `cancelled`.
enum class Reason : std::uint8_t {
  none,
  // failed
  executor_error,
  timeout,
  pickup_deadline_passed,
  field_missing,
  target_changed,
  target_not_found,
  guard_refused,
  unsupported,
  verification_failed,
  // cancelled
  cancelled_by_person,
  rejected,
  approval_expired,
  superseded,
  predecessor_ended,  ///< the action before it in its chain did not complete
  dry_run,            ///< recorded as what would have happened
  // failed
  agent_offline,  ///< its host was away until the pickup deadline
};

/// Which of the rules about approval put a new action where it is.
enum class Ground : std::uint8_t {
  template_demands,    ///< the rule's template says require_approval
  policy_demands,      ///< the configuration says require_approval for this type
  manual_destructive,  ///< a person asked for a destructive type
  manual,              ///< a person asked for a harmless type
  auto_response,       ///< rule-made, inside its hours and at or over its threshold
  outside_hours,       ///< rule-made, outside its hours: an offer
  below_threshold,     ///< rule-made, below the policy's automatic threshold: an offer
  not_renderable,      ///< the event lacks what the template needs
  automatic_undo,      ///< the ttl of an action is over: decided together with that action
  policy_forbids,      ///< the configuration or good sense forbids it on this target
};

constexpr bool may_move(State from, State to) {
  switch (from) {
    case State::pending_approval:
      return to == State::queued || to == State::cancelled;
    case State::queued:
      return to == State::executing || to == State::failed || to == State::cancelled;
    case State::executing:
      return to == State::completed || to == State::failed || to == State::cancelled;
    case State::completed:
      return to == State::failed;
    case State::failed:
    case State::cancelled:
      return false;
  }
  return false;
}

// The product's promises about the table.
static_assert(!may_move(State::pending_approval, State::executing), "nothing runs without passing the queue");
static_assert(!may_move(State::pending_approval, State::completed), "nothing completes without running");
static_assert(!may_move(State::queued, State::completed), "nothing completes without running");
static_assert(!may_move(State::executing, State::queued), "nothing is silently run again");
static_assert(!may_move(State::executing, State::executing), "nothing is silently run again");
static_assert(!may_move(State::completed, State::executing), "what is done is not done twice");
static_assert(!may_move(State::completed, State::cancelled), "what is done cannot be called off");
static_assert(
    [] {
      for (const State to : kStates)
        if (may_move(State::failed, to) || may_move(State::cancelled, to)) return false;
      return true;
    }(),
    "failed and cancelled are final");

std::string_view name_of(State state);
std::string_view name_of(Verification verification);
std::string_view name_of(Reason reason);
std::string_view name_of(Ground ground);
std::optional<State> parse_state(std::string_view name);

}  // namespace riposte
