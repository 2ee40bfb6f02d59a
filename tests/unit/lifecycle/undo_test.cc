#include "engine/lifecycle/undo.h"

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

TEST(TimeToLive, EndsWithAnActionThatIsDisproved) {
  const Action action =
      lived({Proposed{lasting_request(1h), no_approval()}, Started{},
             Reported{1, {Outcome::Kind::ok, "done", {}}}, Checked{{Proof::Kind::disproven, "it runs"}}});
  EXPECT_TRUE(is_closed(action));
  EXPECT_FALSE(action.undo_due);
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
  action.state = State::failed;
  EXPECT_EQ(may_undo(action).error().what,
            "action " + action.id.value() + " is failed: only what is completed can be undone");
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
