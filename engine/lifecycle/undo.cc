#include "engine/lifecycle/undo.h"

#include <algorithm>
#include <utility>

#include "engine/lifecycle/move.h"

namespace riposte {
namespace {

/// What the inverse takes of it; a file is put back by the id of what took it away.
Parameters parameters_to_undo(const Action& action, ActionType inverse) {
  Parameters parameters;
  for (const ParameterSpec& spec : parameters_of(inverse)) {
    if (spec.kind == ValueKind::action_id)
      parameters[spec.name] = action.id.value();
    else if (const auto given = action.parameters.find(spec.name); given != action.parameters.end())
      parameters.insert(*given);
  }
  return parameters;
}

/// One after an order that came to nothing is another order.
ActionId id_of_undo(const Action& action) {
  std::string uid = "undo:" + action.id.value();
  if (!action.failed_undo.value().empty()) uid += ":" + action.failed_undo.value();
  return derive_action_id(uid, action.cause.rule, action.cause.template_name, action.host, action.target);
}

Remains remains_of_failed(Reason reason) {
  switch (reason) {
    case Reason::verification_failed:  // done, and not as ordered: a program goes on, a connection lingers
    case Reason::timeout:              // begun, and nobody saw it through
      return Remains::the_effect;
    case Reason::executor_error:
      return Remains::perhaps_part;
    case Reason::none:
    case Reason::pickup_deadline_passed:
    case Reason::field_missing:
    case Reason::target_changed:
    case Reason::target_not_found:
    case Reason::guard_refused:
    case Reason::unsupported:
    case Reason::cancelled_by_person:
    case Reason::rejected:
    case Reason::approval_expired:
    case Reason::superseded:
    case Reason::predecessor_ended:
    case Reason::dry_run:
    case Reason::agent_offline:
      return Remains::nothing;
  }
  std::unreachable();
}

std::string why_nothing_remains(const Action& action) {
  if (action.state == State::failed)
    return "failed with " + std::string(name_of(action.reason)) + ": nothing was done";
  if (action.state == State::cancelled) return "is cancelled: it was never carried out";
  if (action.in_doubt) return "is in doubt: cancel it first, and what it may have done can be undone";
  return "is " + std::string(name_of(action.state)) + ": only what is done can be undone";
}

/// Only let_go() lets a time end before its length.
std::string is_over(const Action& action) {
  const bool let_go = action.ttl == Duration::zero() || *action.undo_due < action.created_at + action.ttl;
  return let_go ? "what it was to hold for will not happen"
                : "its time of " + duration_text(action.ttl) + " is over";
}

}  // namespace

Remains remains_of(const Action& action) {
  switch (action.state) {
    case State::completed:
      return Remains::the_effect;
    case State::failed:
      return remains_of_failed(action.reason);
    case State::cancelled:  // in doubt: called off without an answer whether it ran
      return action.in_doubt ? Remains::the_effect : Remains::nothing;
    case State::pending_approval:
    case State::queued:
    case State::executing:
      return Remains::nothing;
  }
  std::unreachable();
}

void start_time_to_live(Action& action, WallTime now) {
  const bool has_time = action.ttl > Duration::zero() && spec_of(action.type).undo;
  if (!has_time || remains_of(action) != Remains::the_effect) return;
  action.undo_due = now + action.ttl;
  if (action.state != State::completed) action.due_at = action.undo_due;
}

Result<void> may_undo(const Action& action) {
  if (!spec_of(action.type).undo)
    return fail(Errc::invalid, std::string(name_of(action.type)) + " cannot be undone");
  if (remains_of(action) == Remains::nothing)
    return fail(Errc::conflict, "action " + action.id.value() + " " + why_nothing_remains(action));
  if (!action.undone_by.value().empty())
    return fail(Errc::conflict,
                "action " + action.id.value() + " is taken back by " + action.undone_by.value() + " already");
  return {};
}

ActionRequest undo_of(const Action& action, Actor submitter, std::string comment) {
  ActionRequest request = static_cast<const ActionRequest&>(action);
  request.type = *spec_of(action.type).undo;
  request.parameters = parameters_to_undo(action, request.type);
  request.undoes = action.id;
  request.submitter = std::move(submitter);
  request.comment = std::move(comment);
  request.pickup_deadline = spec_of(request.type).pickup_deadline;
  request.chain = {};
  request.cooldown = {};
  request.ttl = {};
  give_grace(request);
  request.id = id_of_undo(action);
  return request;
}

void give_grace(ActionRequest& request) {
  const bool by_person = request.submitter.kind == Actor::Kind::person;
  if (by_person && request.type == ActionType::unblock_ip)
    request.parameters.try_emplace("grace", duration_text(kUnblockGrace));
}

Result<Step> take_back(const Action& action, WallTime now) {
  if (!spec_of(action.type).undo || !awaits_undo(action)) return unchanged(action);
  ActionRequest request = undo_of(action, kEngineActor, is_over(action));
  Move move(action, now);
  move.action().undone_by = request.id;
  move.saying(is_over(action) + "; " + std::string(name_of(request.type)) + " takes it back").due({});
  auto made = move.by(kEngineActor, "undo_due");
  made->undo = Proposed{std::move(request), {false, Ground::automatic_undo, "", {}}};
  return made;
}

Result<Step> outlast(const Action& action, const Outlasted& outlasted, WallTime now) {
  const bool over =
      awaits_undo(action) && action.verification != Verification::pending && now >= action.undo_due;
  if (!over) return unchanged(action);
  Move move(action, now);
  move.action().undone_by = outlasted.by;
  return move.saying(is_over(action) + "; " + outlasted.by.value() + " keeps it so for longer")
      .due({})
      .by(kEngineActor, "outlasted");
}

Result<Step> let_go(const Action& action, const FollowerRefused& refused, WallTime now) {
  const bool is_for_it = refused.after == action.id || refused.target == action.target;
  const bool holds = action.type == ActionType::suspend_process && may_undo(action);
  const bool is_due = action.undo_due && *action.undo_due <= now;
  if (!is_for_it || !holds || is_due) return unchanged(action);
  Move move(action, now);
  move.action().undo_due = now;
  if (action.verification != Verification::pending) move.due(now);
  return move
      .saying("'" + refused.name + "' (" + refused.id.value() + ") behind it ended in " +
              std::string(name_of(refused.reason)) + ": it is taken back")
      .by(kEngineActor, "follower_refused");
}

Result<Step> undo(const Action& action, const Decided& decided, WallTime now) {
  TRY(may_undo(action));
  const Actor person{Actor::Kind::person, decided.person.name.value()};
  ActionRequest request = undo_of(action, person, decided.comment);
  Move move(action, now);
  move.action().undone_by = request.id;
  // A proof that is still to come is awaited: it may tell that there was nothing to undo.
  if (action.verification != Verification::pending) move.due({});
  auto made = move.saying(decided.comment).by(person, name_of(decided.decision));
  made->undo = Proposed{std::move(request), decided.ruling};
  return made;
}

Result<Step> keep(const Action& action, const UndoFailed& failed, WallTime now) {
  if (action.undone_by != failed.order) return unchanged(action);
  Move move(action, now);
  move.action().undone_by = ActionId();
  move.action().failed_undo = failed.order;
  const bool unproved = action.state == State::completed && action.verification == Verification::none;
  if (unproved) move.action().verification = Verification::pending;
  if (action.verification != Verification::pending) move.due(unproved ? now : action.undo_due);
  return move.saying("the order to take it back came to nothing: " + std::string(name_of(failed.reason)))
      .by(kEngineActor, "undo_failed");
}

std::optional<Superseded> lifting_of(const Action& order) {
  const auto lifted = taken_back_by(order.type);
  const bool is_wanted = lifted && order.submitter.kind == Actor::Kind::person;
  const bool is_let_run =
      order.state == State::queued || order.state == State::executing || order.state == State::completed;
  const bool is_undo = !order.undoes.value().empty();
  if (!is_wanted || !is_let_run || order.held || (is_undo && order.cause.rule.value().empty())) return {};
  return Superseded{order.id,        *lifted,      order.host,
                    order.host_id,   order.target, is_undo ? order.cause.rule : RuleId(),
                    order.updated_at};
}

Result<Step> call_off(const Action& action, const Superseded& superseded, WallTime now) {
  const bool same_host = action.host == superseded.host ||
                         (!action.host_id.empty() &&
                          (action.host_id == superseded.host_id || action.host_id == superseded.host));
  const bool is_meant = same_host && action.type == superseded.type && action.target == superseded.target &&
                        (superseded.rule.value().empty() || action.cause.rule == superseded.rule);
  const bool waits = action.state == State::queued && action.updated_at <= superseded.at;
  if (!is_meant || !waits) return unchanged(action);
  Move move(action, now);
  return move.to(State::cancelled)
      .because(Reason::superseded)
      .saying(superseded.by.value() + " lifts it before it has begun")
      .due({})
      .by(kEngineActor, "superseded");
}

std::optional<UndoFailed> failure_of_undo(const Action& order) {
  const bool wanted_by_a_person =
      order.submitter.kind == Actor::Kind::person && !order.undoes.value().empty();
  const bool came_to_nothing = order.state == State::failed || order.state == State::cancelled;
  const bool nothing_is_left = order.reason == Reason::target_not_found;
  if (!wanted_by_a_person || !came_to_nothing || nothing_is_left) return {};
  return UndoFailed{order.id, order.reason};
}

}  // namespace riposte
