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

std::string is_over(const Action& action) { return "its time of " + duration_text(action.ttl) + " is over"; }

}  // namespace

Result<void> may_undo(const Action& action) {
  if (!spec_of(action.type).undo)
    return fail(Errc::invalid, std::string(name_of(action.type)) + " cannot be undone");
  if (action.state != State::completed)
    return fail(Errc::conflict, "action " + action.id.value() + " is " + std::string(name_of(action.state)) +
                                    ": only what is completed can be undone");
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
  request.id = id_of_undo(action);
  return request;
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
      awaits_undo(action) && action.verification == Verification::passed && now >= action.undo_due;
  if (!over) return unchanged(action);
  Move move(action, now);
  move.action().undone_by = outlasted.by;
  return move.saying(is_over(action) + "; " + outlasted.by.value() + " keeps it so for longer")
      .due({})
      .by(kEngineActor, "outlasted");
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
  const bool unproved = action.verification == Verification::none;
  if (unproved) move.action().verification = Verification::pending;
  if (action.verification != Verification::pending) move.due(unproved ? now : action.undo_due);
  return move.saying("the order to take it back came to nothing: " + std::string(name_of(failed.reason)))
      .by(kEngineActor, "undo_failed");
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
