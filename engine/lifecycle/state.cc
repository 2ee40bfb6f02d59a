#include "engine/lifecycle/state.h"

#include <utility>

namespace riposte {

std::string_view name_of(State state) {
  switch (state) {
    case State::pending_approval:
      return "pending_approval";
    case State::queued:
      return "queued";
    case State::executing:
      return "executing";
    case State::completed:
      return "completed";
    case State::failed:
      return "failed";
    case State::cancelled:
      return "cancelled";
  }
  std::unreachable();
}

std::string_view name_of(Verification verification) {
  switch (verification) {
    case Verification::none:
      return "none";
    case Verification::pending:
      return "pending";
    case Verification::passed:
      return "passed";
    case Verification::failed:
      return "failed";
  }
  std::unreachable();
}

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::none:
      return "none";
    case Reason::executor_error:
      return "executor_error";
    case Reason::timeout:
      return "timeout";
    case Reason::pickup_deadline_passed:
      return "pickup_deadline_passed";
    case Reason::field_missing:
      return "field_missing";
    case Reason::target_changed:
      return "target_changed";
    case Reason::target_not_found:
      return "target_not_found";
    case Reason::guard_refused:
      return "guard_refused";
    case Reason::unsupported:
      return "unsupported";
    case Reason::verification_failed:
      return "verification_failed";
    case Reason::cancelled_by_person:
      return "cancelled_by_person";
    case Reason::rejected:
      return "rejected";
    case Reason::approval_expired:
      return "approval_expired";
    case Reason::superseded:
      return "superseded";
    case Reason::predecessor_ended:
      return "predecessor_ended";
    case Reason::dry_run:
      return "dry_run";
    case Reason::agent_offline:
      return "agent_offline";
  }
  std::unreachable();
}

std::string_view name_of(Ground ground) {
  switch (ground) {
    case Ground::template_demands:
      return "template_demands";
    case Ground::policy_demands:
      return "policy_demands";
    case Ground::manual_destructive:
      return "manual_destructive";
    case Ground::manual:
      return "manual";
    case Ground::auto_response:
      return "auto_response";
    case Ground::outside_hours:
      return "outside_hours";
    case Ground::below_threshold:
      return "below_threshold";
    case Ground::not_renderable:
      return "not_renderable";
    case Ground::automatic_undo:
      return "automatic_undo";
    case Ground::policy_forbids:
      return "policy_forbids";
  }
  std::unreachable();
}

std::optional<State> parse_state(std::string_view name) {
  for (const State state : kStates)
    if (name_of(state) == name) return state;
  return {};
}

}  // namespace riposte
