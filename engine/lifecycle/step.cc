#include "engine/lifecycle/step.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "engine/base/error.h"
#include "engine/lifecycle/move.h"
#include "engine/lifecycle/undo.h"

namespace riposte {
namespace {

Actor actor_of(const Person& person) { return {Actor::Kind::person, person.name.value()}; }

std::unexpected<Error> wrong_moment(const Action& action, const Fact& fact) {
  return fail(Errc::conflict, "action " + action.id.value() + " is " + std::string(name_of(action.state)) +
                                  ": " + std::string(name_of(fact)) + " comes too late or too early");
}

/// What is held by another waits for that one, however long it takes.
std::optional<WallTime> pickup_due(const Action& action, WallTime now) {
  return action.held ? std::nullopt : std::optional(now + action.pickup_deadline);
}

std::string would_have(const Ruling& ruling) {
  if (ruling.forbidden) return "dry run: it would have been refused, " + ruling.detail;
  return ruling.needs_approval ? "dry run: it would have waited for approval, " + ruling.detail
                               : "dry run: it would have been queued";
}

Result<Step> propose(const Proposed& proposed, WallTime now) {
  Action action;
  static_cast<ActionRequest&>(action) = proposed.request;
  action.created_at = action.updated_at = now;
  action.ground = proposed.ruling.ground;
  action.detail = proposed.ruling.detail;
  action.held = !proposed.request.chain.after.value().empty();
  if (!proposed.request.defect.empty()) {
    action.state = State::failed;
    action.ground = Ground::not_renderable;
    action.reason = Reason::field_missing;
    action.detail = proposed.request.defect;
  } else if (proposed.request.dry_run) {
    action.state = State::cancelled;
    action.reason = Reason::dry_run;
    action.detail = would_have(proposed.ruling);
  } else if (proposed.ruling.forbidden) {
    action.state = State::failed;
    action.reason = Reason::guard_refused;
  } else if (proposed.ruling.needs_approval) {
    action.state = State::pending_approval;
    action.due_at = now + proposed.ruling.approval_ttl;
  } else {
    action.state = State::queued;
    action.due_at = pickup_due(action, now);
  }
  if (is_closed(action)) action.held = false;
  const bool dry = action.reason == Reason::dry_run;
  return Step{action, {}, audit_of(nullptr, action, action.submitter, dry ? "dry_run" : "proposed", now), {}};
}

Result<Step> decide(const Action& action, const Decided& decided, WallTime now) {
  if (decided.decision == Decision::undo) return undo(action, decided, now);
  const Actor actor = actor_of(decided.person);
  const std::string_view event = name_of(decided.decision);
  Move move(action, now);
  move.saying(decided.comment).due({});
  switch (decided.decision) {
    case Decision::approve: {
      if (action.state != State::pending_approval) return wrong_moment(action, decided);
      TRY(may_approve(action, decided.person));
      move.action().approver = decided.person.name.value();
      return move.to(State::queued).due(pickup_due(action, now)).by(actor, event);
    }
    case Decision::reject:
      if (action.state != State::pending_approval) return wrong_moment(action, decided);
      return move.to(State::cancelled).because(Reason::rejected).by(actor, event);
    case Decision::cancel: {
      const bool can_be_called_off = action.state == State::pending_approval ||
                                     action.state == State::queued ||
                                     (action.state == State::executing && action.in_doubt);
      if (!can_be_called_off) return wrong_moment(action, decided);
      move.to(State::cancelled).because(Reason::cancelled_by_person);
      start_time_to_live(move.action(), now);
      return move.by(actor, event);
    }
    case Decision::undo:
      break;
  }
  std::unreachable();
}

Result<Step> start(const Action& action, const Started& started, WallTime now) {
  Move move(action, now);
  ++move.action().attempt;
  move.action().evidence = started.bound;
  move.to(State::executing).saying("").due(now + kExecutionDeadline);
  return move.by(kEngineActor, "started", {Dispatch{move.action()}});
}

Result<Step> doubt(const Action& action, std::string detail, std::string_view event, WallTime now) {
  if (action.in_doubt) return unchanged(action);
  Move move(action, now);
  move.action().in_doubt = true;
  return move.saying(std::move(detail)).due({}).by(kEngineActor, event);
}

Reason reason_of(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::not_found:
      return Reason::target_not_found;
    case Outcome::Kind::refused_identity:
      return Reason::target_changed;
    case Outcome::Kind::refused_guard:
      return Reason::guard_refused;
    case Outcome::Kind::unsupported:
      return Reason::unsupported;
    case Outcome::Kind::timeout:
      return Reason::timeout;
    case Outcome::Kind::ok:
    case Outcome::Kind::already_done:
    case Outcome::Kind::unknown:
    case Outcome::Kind::error:
    case Outcome::Kind::unreachable:
      return Reason::executor_error;
  }
  std::unreachable();
}

Result<Step> conclude(const Action& action, const Outcome& outcome, std::string_view event, WallTime now) {
  if (outcome.kind == Outcome::Kind::unknown) return doubt(action, outcome.detail, event, now);
  Move move(action, now);
  move.action().in_doubt = false;
  // What was written down at its start is the engine's own word, and an executor cannot change it.
  move.action().evidence.insert(outcome.evidence.begin(), outcome.evidence.end());
  move.action().evidence["outcome"] = name_of(outcome.kind);
  move.saying(outcome.detail);
  if (is_success(outcome.kind)) {
    move.action().verification = Verification::pending;
    move.to(State::completed).due(now + action.verify_after);
  } else {
    move.to(State::failed).because(reason_of(outcome.kind)).due({});
  }
  start_time_to_live(move.action(), now);
  return move.by(kEngineActor, event);
}

Result<Step> probed(const Action& action, const Probe& probe, WallTime now) {
  switch (probe.kind) {
    case Probe::Kind::ran:
      return conclude(action, probe.outcome, "probed", now);
    case Probe::Kind::unknown:
      return doubt(action, probe.detail, "probed", now);
    case Probe::Kind::never_ran: {
      Move move(action, now);
      if (now > action.updated_at + action.pickup_deadline)
        return move.to(State::failed)
            .because(Reason::pickup_deadline_passed)
            .saying("the engine was away past its pickup deadline of " +
                    duration_text(action.pickup_deadline))
            .due({})
            .by(kEngineActor, "probed");
      // Another attempt: whoever was asked may have promised that the one before it never runs.
      ++move.action().attempt;
      move.action().in_doubt = false;
      move.saying(probe.detail).due(now + kExecutionDeadline);
      return move.by(kEngineActor, "probed", {Dispatch{move.action()}});
    }
  }
  std::unreachable();
}

Result<Step> check(const Action& action, const Checked& checked, WallTime now) {
  const Proof& proof = checked.proof;
  Move move(action, now);
  move.saying(proof.detail).due({});
  if (proof.kind == Proof::Kind::proven) {
    move.action().verification = Verification::passed;
    return move.due(awaits_undo(action) ? action.undo_due : std::nullopt).by(kEngineActor, "checked");
  }
  if (!action.undone_by.value().empty()) {
    // Taken back before it was proved: what is seen now says nothing about it.
    move.action().verification = Verification::none;
    return move.by(kEngineActor, "checked");
  }
  if (proof.kind == Proof::Kind::unknown && !checked.last && action.checks < kVerificationRetriesMax) {
    ++move.action().checks;
    return move.due(now + kVerificationRetryInterval).by(kEngineActor, "checked");
  }
  // What was done may hold all the same, and its time runs on.
  move.action().verification = Verification::failed;
  move.due(action.undo_due);
  return move.to(State::failed).because(Reason::verification_failed).by(kEngineActor, "checked");
}

Result<Step> follow(const Action& action, const PredecessorEnded& ended, WallTime now) {
  if (!action.held) return unchanged(action);
  const std::string name = "'" + ended.name + "' (" + ended.id.value() + ") before it ";
  Move move(action, now);
  move.action().held = false;
  if (ended.state == State::completed) {
    if (action.state == State::queued) move.due(now + action.pickup_deadline);
    return move.saying(name + "has completed").by(kEngineActor, "released");
  }
  std::string why = name + "ended in " + std::string(name_of(ended.state));
  if (ended.reason != Reason::none) why += ": " + std::string(name_of(ended.reason));
  return move.to(State::cancelled)
      .because(Reason::predecessor_ended)
      .saying(std::move(why))
      .due({})
      .by(kEngineActor, "predecessor_ended");
}

Result<Step> give_up(const Action& action, const Unreached& unreached, WallTime now) {
  const bool over = action.state == State::queued && action.due_at && now >= *action.due_at;
  if (!over) return unchanged(action);
  Move move(action, now);
  return move.to(State::failed)
      .because(Reason::agent_offline)
      .saying(unreached.detail + "; its pickup deadline of " + duration_text(action.pickup_deadline) +
              " has passed")
      .due({})
      .by(kEngineActor, "unreached");
}

Result<Step> tick(const Action& action, WallTime now) {
  if (!action.due_at || now < *action.due_at) return unchanged(action);
  Move move(action, now);
  switch (action.state) {
    case State::pending_approval:
      return move.to(State::cancelled)
          .because(Reason::approval_expired)
          .saying("nobody answered in time")
          .due({})
          .by(kEngineActor, "expired");
    case State::queued:
      return move.to(State::failed)
          .because(Reason::pickup_deadline_passed)
          .saying("it waited in the queue past its pickup deadline of " +
                  duration_text(action.pickup_deadline))
          .due({})
          .by(kEngineActor, "expired");
    case State::executing:
      return doubt(action, "no answer within " + duration_text(kExecutionDeadline), "overdue", now);
    case State::completed: {
      if (action.verification == Verification::passed) return take_back(action, now);
      Step due = unchanged(action);
      due.effects.emplace_back(Verify{action});
      return due;
    }
    case State::failed:
    case State::cancelled:
      return take_back(action, now);
  }
  std::unreachable();
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Answers one fact about an action that exists.
struct Answer {
  const Action& action;
  WallTime now;

  Result<Step> operator()(const Proposed& fact) const {
    if (fact.request.cause.event_digest == action.cause.event_digest) return unchanged(action);
    return fail(Errc::conflict, "another event already made action " + action.id.value());
  }
  Result<Step> operator()(const Decided& fact) const { return decide(action, fact, now); }
  Result<Step> operator()(const Started& fact) const {
    const bool may_start = action.state == State::queued && !action.held;
    return may_start ? start(action, fact, now) : Result<Step>(wrong_moment(action, fact));
  }
  Result<Step> operator()(const Reported& fact) const {
    if (action.state != State::executing || fact.attempt != action.attempt) return wrong_moment(action, fact);
    return conclude(action, fact.outcome, "reported", now);
  }
  Result<Step> operator()(const Probed& fact) const {
    if (action.state != State::executing || fact.attempt != action.attempt) return wrong_moment(action, fact);
    return probed(action, fact.probe, now);
  }
  Result<Step> operator()(const Checked& fact) const {
    const bool awaited = action.state == State::completed && action.verification == Verification::pending;
    return awaited ? check(action, fact, now) : Result<Step>(wrong_moment(action, fact));
  }
  Result<Step> operator()(const PredecessorEnded& fact) const { return follow(action, fact, now); }
  Result<Step> operator()(const FollowerRefused& fact) const { return let_go(action, fact, now); }
  Result<Step> operator()(const Outlasted& fact) const { return outlast(action, fact, now); }
  Result<Step> operator()(const UndoFailed& fact) const { return keep(action, fact, now); }
  Result<Step> operator()(const Superseded& fact) const { return call_off(action, fact, now); }
  Result<Step> operator()(const Unreached& fact) const { return give_up(action, fact, now); }
  Result<Step> operator()(const Ticked&) const { return tick(action, now); }
};

}  // namespace

Result<Step> step(const Action* action, const Fact& fact, WallTime now) {
  if (action != nullptr) return std::visit(Answer{*action, now}, fact);
  if (const auto* proposed = std::get_if<Proposed>(&fact)) return propose(*proposed, now);
  return fail(Errc::not_found, "no such action");
}

std::optional<Effect> owed(const Action& action, WallTime now) {
  if (action.state == State::executing) return AskExecutor{action};
  const bool unproved = action.state == State::completed && action.verification == Verification::pending;
  if (unproved && action.due_at && now >= *action.due_at) return Verify{action};
  return {};
}

Result<void> may_approve(const Action& action, const Person& person) {
  std::vector<std::string_view> names(person.aliases.begin(), person.aliases.end());
  names.emplace_back(person.name.value());
  for (const std::string_view name : names) {
    if (action.submitter.kind == Actor::Kind::person && same_name(name, action.submitter.name))
      return fail(Errc::denied,
                  person.name.value() + " submitted this action; a second person has to approve it");
    for (const std::string& author : action.authors)
      if (same_name(name, author))
        return fail(Errc::denied,
                    person.name.value() +
                        " is an author of the rule or response that made this action; a second person has "
                        "to approve it");
  }
  return {};
}

}  // namespace riposte
