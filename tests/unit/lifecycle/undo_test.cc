#include "engine/lifecycle/undo.h"

#include <map>

#include <gtest/gtest.h>

#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

TEST(TimeToLive, RunsFromCompletionAndIsOverAfterTheProof) {
  const Action action = passing_action();
  EXPECT_EQ(action.undo_due, kNoon + 1h);
  EXPECT_EQ(action.due_at, kNoon + 1h);
  EXPECT_FALSE(is_closed(action));
  EXPECT_FALSE(step(&action, Ticked{}, kNoon + 1h - 1us)->undo);
  const auto made = step(&action, Ticked{}, kNoon + 1h);
  ASSERT_TRUE(made->undo);
  EXPECT_TRUE(is_closed(made->action));
  EXPECT_EQ(made->action.undone_by, made->undo->request.id);
}

TEST(TimeToLive, IsTakenBackByTheInverseOrderOfTheEngine) {
  const Action action = passing_action();
  const auto made = step(&action, Ticked{}, kNoon + 1h);
  const ActionRequest& undo = made->undo->request;
  EXPECT_EQ(undo.type, ActionType::resume_process);
  EXPECT_EQ(undo.undoes, action.id);
  EXPECT_EQ(undo.target, action.target);
  EXPECT_EQ(undo.parameters, action.parameters);
  EXPECT_EQ(undo.not_after, action.not_after) << "the process that was meant, not a later one";
  EXPECT_EQ(undo.submitter, (Actor{Actor::Kind::engine, ""}));
  EXPECT_EQ(undo.authors, action.authors);
  EXPECT_EQ(undo.ttl, Duration::zero()) << "an undo is not undone";
  EXPECT_EQ(undo.id, step(&action, Ticked{}, kNoon + 2h)->undo->request.id) << "always the same";
  EXPECT_NE(undo.id, action.id);
  EXPECT_FALSE(made->undo->ruling.needs_approval) << "approved together with what it takes back";
}

TEST(TimeToLive, GoesOnForWhatFailedAndMayHoldAllTheSame) {
  for (const Action& action : {disproved_suspended_action(), ill_suspended_action(Outcome::Kind::timeout),
                               suspended_in_doubt_action()}) {
    SCOPED_TRACE(name_of(action.reason));
    EXPECT_FALSE(is_closed(action));
    EXPECT_EQ(action.due_at, kNoon + 1h);
    EXPECT_FALSE(step(&action, Ticked{}, kNoon + 1h - 1us)->undo);
    const auto over = step(&action, Ticked{}, kNoon + 1h);
    ASSERT_TRUE(over->undo);
    EXPECT_EQ(over->undo->request.type, ActionType::resume_process);
    EXPECT_EQ(over->action.state, action.state);
    EXPECT_EQ(over->action.reason, action.reason);
    EXPECT_TRUE(is_closed(over->action));
  }
}

TEST(TimeToLive, OfWhatDidNothingOrNobodyKnowsWhatPartIsNotAwaited) {
  for (const Outcome::Kind kind : {Outcome::Kind::not_found, Outcome::Kind::refused_identity,
                                   Outcome::Kind::refused_guard, Outcome::Kind::error})
    EXPECT_TRUE(is_closed(ill_suspended_action(kind))) << name_of(kind);
  EXPECT_TRUE(is_closed(ill_suspended_action(Outcome::Kind::timeout, 0s)));
  EXPECT_TRUE(is_closed(cancelled_action()));
}

TEST(TimeToLive, OfADisproofThatCameLateIsOverAtOnce) {
  Action action = lived({Proposed{lasting_request(1h), no_approval()}, Started{},
                         Reported{1, {Outcome::Kind::ok, "done", {}}}});
  action = step(&action, Checked{{Proof::Kind::unknown, "its host was away"}, true}, kNoon + 24h)->action;
  EXPECT_EQ(action.state, State::failed);
  EXPECT_TRUE(step(&action, Ticked{}, kNoon + 24h)->undo);
}

TEST(TimeToLive, OfAFailedActionIsLeftToTheOneThatLastsLonger) {
  const Action action = disproved_suspended_action();
  const auto over = step(&action, Outlasted{ActionId("longer")}, kNoon + 1h);
  EXPECT_FALSE(over->undo);
  EXPECT_EQ(over->action.undone_by, ActionId("longer"));
}

FollowerRefused refused_after(const Action& action) {
  return {ActionId("k1"), "kill", Reason::approval_expired, action.id, "process 1"};
}

TEST(TimeToLive, OfASuspensionIsOverAtOnceWhenWhatItWasForIsNotLetRun) {
  for (const Action& action : {passing_action(), suspended_action()}) {
    const auto told = step(&action, refused_after(action), kNoon + 5min);
    EXPECT_EQ(told->action.undo_due, kNoon + 5min);
    EXPECT_EQ(told->action.detail, "'kill' (k1) behind it ended in approval_expired: it is taken back");
    const auto over = step(&told->action, Ticked{}, kNoon + 5min);
    ASSERT_TRUE(over->undo);
    EXPECT_EQ(over->undo->request.comment, "what it was to hold for will not happen");
    EXPECT_FALSE(step(&over->action, refused_after(action), kNoon + 6min)->audit) << "it is taken back";
  }
}

TEST(TimeToLive, OfASuspensionIsNotOverBeforeItsProof) {
  const Action action = unproved_suspended_action();
  const Action told = after(action, refused_after(action));
  EXPECT_EQ(told.due_at, kNoon + 60s);
  EXPECT_EQ(step(&told, Ticked{}, kNoon + 60s)->effects.size(), 1U);
  const Action proved = after(told, Checked{{Proof::Kind::proven, "stopped"}});
  EXPECT_TRUE(step(&proved, Ticked{}, kNoon)->undo);
}

TEST(TimeToLive, OfNothingElseIsEndedByARefusal) {
  Action action = passing_action();
  action.type = ActionType::isolate_host;
  EXPECT_FALSE(step(&action, refused_after(action), kNoon)->audit) << "an isolation is no prelude";
  action = passing_action();
  FollowerRefused another = refused_after(action);
  another.after = ActionId("another");
  EXPECT_FALSE(step(&action, another, kNoon)->audit) << "that is about another process";
  another.target = action.target;
  EXPECT_TRUE(step(&action, another, kNoon)->audit);
}

TEST(TimeToLive, IsToldOfARefusalByThoseThatWereNotLetRunOnly) {
  const auto ended_by = [](const Fact& fact) { return refusal_of(after(held_offer(), fact)); };
  const auto refusal = ended_by(Decided{Decision::reject, person("bob"), "no"});
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->after, kPredecessor);
  EXPECT_FALSE(ended_by(Decided{Decision::cancel, person("bob"), "wrong process"}));
  EXPECT_FALSE(ended_by(ended(State::failed, Reason::timeout)));
  EXPECT_FALSE(refusal_of(after(pending_action(), Decided{Decision::reject, person("bob"), "no"})));
}

TEST(Undo, OfAPersonIsTheOrderThatItsTimeToLiveWouldHaveMade) {
  const Action action = passing_action();
  const auto by_time = step(&action, Ticked{}, kNoon + 1h);
  const auto by_person = step(&action, undo_by("bob"), kNoon);
  ASSERT_TRUE(by_person->undo);
  EXPECT_EQ(by_person->undo->request.id, by_time->undo->request.id) << "of the two only one can happen";
  EXPECT_EQ(by_person->undo->request.type, ActionType::resume_process);
  EXPECT_EQ(by_person->undo->request.undoes, action.id);
  EXPECT_EQ(by_person->undo->request.comment, "a false positive");
  EXPECT_EQ(by_person->action.undone_by, by_person->undo->request.id);
  EXPECT_TRUE(is_closed(by_person->action));
  EXPECT_FALSE(step(&by_person->action, Ticked{}, kNoon + 48h)->undo) << "its time to live is over with it";
}

TEST(Undo, IsSubmittedByThePersonWhoWantedItAndNeverApprovedByThem) {
  const Action action = passing_action();
  const auto made = step(&action, undo_by("alice", approval()), kNoon);
  const Action order = step(nullptr, *made->undo, kNoon)->action;
  EXPECT_EQ(order.state, State::pending_approval);
  EXPECT_EQ(order.submitter, (Actor{Actor::Kind::person, "alice"}));
  EXPECT_EQ(may_approve(order, person("alice")).error().code, Errc::denied);
  EXPECT_EQ(may_approve(order, person("ruth author")).error().code, Errc::denied);
  EXPECT_TRUE(may_approve(order, person("bob")));
}

TEST(Undo, ThatIsNotLetRunLeavesTheTimeToLiveInForce) {
  const Action action = passing_action();
  const auto asked = step(&action, undo_by("alice", approval()), kNoon);
  const Action order = after(lived({*asked->undo}), Decided{Decision::reject, person("bob"), "no"});
  const auto refusal = failure_of_undo(order);
  ASSERT_TRUE(refusal);
  const Action kept = after(asked->action, *refusal);
  EXPECT_FALSE(is_closed(kept));
  EXPECT_EQ(kept.undo_due, action.undo_due);
  EXPECT_EQ(kept.due_at, action.undo_due);
  const auto over = step(&kept, Ticked{}, kNoon + 1h);
  ASSERT_TRUE(over->undo);
  EXPECT_NE(over->undo->request.id, order.id) << "the one that was refused stays refused";
}

TEST(Undo, ThatFailedCanBeWantedAgainUnlessNothingIsLeftToUndo) {
  const Action action = suspended_action();
  const auto asked = step(&action, undo_by("alice"), kNoon);
  const auto ended_by = [&](Outcome::Kind kind) {
    return failure_of_undo(lived({*asked->undo, Started{}, Reported{1, {kind, "", {}}}}));
  };
  EXPECT_FALSE(ended_by(Outcome::Kind::ok));
  EXPECT_FALSE(ended_by(Outcome::Kind::not_found));
  const auto failed = ended_by(Outcome::Kind::timeout);
  ASSERT_TRUE(failed);
  const Action kept = after(asked->action, *failed);
  const auto again = step(&kept, undo_by("alice"), kNoon);
  ASSERT_TRUE(again->undo);
  EXPECT_NE(again->undo->request.id, asked->undo->request.id);
}

TEST(Undo, OfTheEngineHasNoFailureThatWouldOrderItAgain) {
  const Action action = passing_action();
  const auto over = step(&action, Ticked{}, kNoon + 1h);
  const Action order = after(lived({*over->undo}), Decided{Decision::cancel, person("bob"), "keep it"});
  ASSERT_EQ(order.state, State::cancelled);
  EXPECT_FALSE(failure_of_undo(order));
}

TEST(Undo, IsRefusedWithTheReason) {
  EXPECT_EQ(may_undo(verified_action()).error().what, "kill_process cannot be undone");
  Action action = suspended_action();
  EXPECT_TRUE(may_undo(action));
  action.undone_by = ActionId("u1");
  EXPECT_EQ(may_undo(action).error().what, "action " + action.id.value() + " is taken back by u1 already");
  action = lived({Proposed{lasting_request({}), no_approval()}});
  EXPECT_EQ(may_undo(action).error().what,
            "action " + action.id.value() + " is queued: only what is done can be undone");
  action = ill_suspended_action(Outcome::Kind::unknown);
  EXPECT_EQ(may_undo(action).error().what,
            "action " + action.id.value() +
                " is in doubt: cancel it first, and what it may have done can be undone");
  action = ill_suspended_action(Outcome::Kind::refused_guard);
  EXPECT_EQ(may_undo(action).error().what,
            "action " + action.id.value() + " failed with guard_refused: nothing was done");
  action = lived({Proposed{lasting_request({}), approval()}, Decided{Decision::reject, person("bob"), ""}});
  EXPECT_EQ(may_undo(action).error().what,
            "action " + action.id.value() + " is cancelled: it was never carried out");
}

/// Every way in which an action can end, and what is there of it then.
TEST(Undo, IsPossibleWhereTheEndDoesNotSayThatNothingWasDone) {
  const std::map<Reason, Remains> when_failed{
      {Reason::executor_error, Remains::perhaps_part},    {Reason::timeout, Remains::the_effect},
      {Reason::pickup_deadline_passed, Remains::nothing}, {Reason::field_missing, Remains::nothing},
      {Reason::target_changed, Remains::nothing},         {Reason::target_not_found, Remains::nothing},
      {Reason::guard_refused, Remains::nothing},          {Reason::unsupported, Remains::nothing},
      {Reason::verification_failed, Remains::the_effect}, {Reason::agent_offline, Remains::nothing}};
  Action action = suspended_action();
  EXPECT_EQ(remains_of(action), Remains::the_effect);
  action.state = State::failed;
  for (const auto& [reason, remains] : when_failed) {
    action.reason = reason;
    EXPECT_EQ(remains_of(action), remains) << name_of(reason);
    EXPECT_EQ(may_undo(action).has_value(), remains != Remains::nothing) << name_of(reason);
  }
  action.state = State::cancelled;
  for (const Reason reason : {Reason::cancelled_by_person, Reason::rejected, Reason::approval_expired,
                              Reason::superseded, Reason::predecessor_ended, Reason::dry_run}) {
    action.reason = reason;
    EXPECT_EQ(remains_of(action), Remains::nothing) << name_of(reason);
  }
  action.in_doubt = true;
  EXPECT_EQ(remains_of(action), Remains::the_effect);
  for (const State state : {State::pending_approval, State::queued, State::executing}) {
    action.state = state;
    EXPECT_EQ(remains_of(action), Remains::nothing) << name_of(state);
  }
}

TEST(Undo, OfAFailedActionLeavesItFailedAndEndsItsTime) {
  const Action action = disproved_suspended_action();
  const auto undone = step(&action, undo_by("bob"), kNoon);
  ASSERT_TRUE(undone->undo);
  EXPECT_EQ(undone->action.state, State::failed);
  EXPECT_TRUE(is_closed(undone->action));
  EXPECT_FALSE(step(&undone->action, Ticked{}, kNoon + 48h)->undo);
  const Action kept = after(undone->action, UndoFailed{undone->action.undone_by, Reason::rejected});
  EXPECT_EQ(kept.verification, Verification::failed) << "it was looked at once";
  EXPECT_TRUE(step(&kept, Ticked{}, kNoon + 1h)->undo);
  const Action never_looked_at = after(after(ill_suspended_action(Outcome::Kind::timeout), undo_by("bob")),
                                       UndoFailed{undone->action.undone_by, Reason::rejected});
  EXPECT_EQ(never_looked_at.verification, Verification::none) << "there is no completion to prove";
}

TEST(Undo, TakesOfTheParametersWhatTheInverseTakes) {
  Action action = suspended_action();
  action.type = ActionType::isolate_host;
  action.parameters = {{"keep", "192.0.2.1"}, {"allow_dns", true}};
  EXPECT_EQ(undo_of(action, {}, "").parameters, Parameters());
  action.type = ActionType::quarantine_file;
  action.parameters = {{"path", "/tmp/x"}, {"sha256", std::string(64, 'a')}};
  EXPECT_EQ(undo_of(action, {}, "").parameters,
            (Parameters{{"path", "/tmp/x"}, {"action", action.id.value()}}));
  action.type = ActionType::block_ip;
  action.parameters = {{"address", "203.0.113.9"}};
  EXPECT_EQ(undo_of(action, {}, "").parameters, action.parameters);
}

TEST(Undo, OfABlockSparesTheAddressForAWhileWhenAPersonWantsIt) {
  Action action = passing_action();
  action.type = ActionType::block_ip;
  action.parameters = {{"address", "203.0.113.9"}};
  EXPECT_EQ(step(&action, undo_by("bob"), kNoon)->undo->request.parameters.at("grace"), Value("600s"));
  EXPECT_EQ(step(&action, Ticked{}, kNoon + 1h)->undo->request.parameters, action.parameters)
      << "a block that is over is no mistake";
}

TEST(Undo, OfEveryTypeHasAllThatTheInverseNeeds) {
  for (const ActionTypeSpec& type : action_types()) {
    if (!type.undo) continue;
    Action action = suspended_action();
    action.type = type.type;
    for (const ParameterSpec& spec : parameters_of(type.type)) action.parameters[spec.name] = "x";
    const ActionRequest order = undo_of(action, {}, "");
    for (const ParameterSpec& spec : parameters_of(*type.undo))
      EXPECT_TRUE(!spec.required || order.parameters.contains(spec.name)) << type.name << " " << spec.name;
  }
}

TEST(Undo, BeforeTheProofIsNoFailureOfWhatWasUndone) {
  const Action undone = after(unproved_suspended_action(), undo_by("bob"));
  const Action checked = after(undone, Checked{{Proof::Kind::disproven, "it runs"}});
  EXPECT_EQ(checked.state, State::completed);
  EXPECT_EQ(checked.verification, Verification::none);
  EXPECT_TRUE(is_closed(checked));
  const Action kept = after(checked, UndoFailed{undone.undone_by, Reason::rejected});
  EXPECT_EQ(kept.verification, Verification::pending) << "it stays, so it has to be proved after all";
  EXPECT_EQ(step(&kept, Ticked{}, kNoon)->effects.size(), 1U);
}

}  // namespace
}  // namespace riposte
