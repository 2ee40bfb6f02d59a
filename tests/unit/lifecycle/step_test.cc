#include "engine/lifecycle/step.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lifecycle/undo.h"
#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

struct Situation {
  std::string name;
  std::optional<Action> action;
};

std::vector<Situation> every_situation() {
  return {{"absent", {}},
          {"pending_approval", pending_action()},
          {"queued", queued_action()},
          {"executing", executing_action()},
          {"in_doubt", in_doubt_action()},
          {"unverified", unverified_action()},
          {"verified", verified_action()},
          {"held", held_action()},
          {"held_offer", held_offer()},
          {"awaiting_undo", passing_action()},
          {"undoable", suspended_action()},
          {"undoable_unproved", unproved_suspended_action()},
          {"undone", after(passing_action(), undo_by("bob"))},
          {"undone_unproved", after(unproved_suspended_action(), undo_by("bob"))},
          {"failed", failed_action()},
          {"disproved", disproved_suspended_action()},
          {"timed_out", ill_suspended_action(Outcome::Kind::timeout)},
          {"called_off_in_doubt", suspended_in_doubt_action()},
          {"cancelled", cancelled_action()}};
}

struct NamedFact {
  std::string name;
  Fact fact;
  Duration later{0s};
};

std::vector<NamedFact> every_fact() {
  ActionRequest other = some_request();
  other.cause.event_digest = "another";
  ActionRequest defective = some_request();
  defective.defect = "the event has no field 'process.pid'";
  ActionRequest dry = some_request();
  dry.dry_run = true;
  return {
      {"proposed", Proposed{some_request(), no_approval()}},
      {"proposed_waiting", Proposed{some_request(), approval()}},
      {"proposed_defective", Proposed{defective, no_approval()}},
      {"proposed_held", Proposed{request_behind(kPredecessor), no_approval()}},
      {"proposed_dry", Proposed{dry, no_approval()}},
      {"proposed_other_event", Proposed{other, no_approval()}},
      {"approve", Decided{Decision::approve, person("bob"), ""}},
      {"approve_by_author", Decided{Decision::approve, person("ruth author"), ""}},
      {"reject", Decided{Decision::reject, person("bob"), ""}},
      {"cancel", Decided{Decision::cancel, person("bob"), ""}},
      {"undo", undo_by("bob")},
      {"undo_failed", UndoFailed{undo_of(suspended_action(), {}, "").id, Reason::rejected}},
      {"undo_failed_another", UndoFailed{ActionId("another"), Reason::rejected}},
      {"started", Started{}},
      {"reported_ok", Reported{1, {Outcome::Kind::ok, "", {}}}},
      {"reported_already", Reported{1, {Outcome::Kind::already_done, "", {}}}},
      {"reported_error", Reported{1, {Outcome::Kind::error, "", {}}}},
      {"reported_unknown", Reported{1, {Outcome::Kind::unknown, "", {}}}},
      {"reported_stale", Reported{7, {Outcome::Kind::ok, "", {}}}},
      {"probed_ran", Probed{1, {Probe::Kind::ran, {}, ""}}},
      {"probed_never_ran", Probed{1, {Probe::Kind::never_ran, {}, ""}}},
      {"probed_unknown", Probed{1, {Probe::Kind::unknown, {}, ""}}},
      {"checked_proven", Checked{{Proof::Kind::proven, ""}}},
      {"checked_disproven", Checked{{Proof::Kind::disproven, ""}}},
      {"checked_unknown", Checked{{Proof::Kind::unknown, ""}}},
      {"predecessor_completed", ended(State::completed)},
      {"predecessor_failed", ended(State::failed, Reason::timeout)},
      {"predecessor_cancelled", ended(State::cancelled, Reason::rejected)},
      {"checked_last", Checked{{Proof::Kind::unknown, ""}, true}},
      {"unreached_early", Unreached{"ward-7 is away"}},
      {"unreached", Unreached{"ward-7 is away"}, 48h},
      {"follower_refused", FollowerRefused{ActionId("kill"), "kill", Reason::rejected, {}, "process 4711"}},
      {"superseded",
       Superseded{ActionId("release"), ActionType::suspend_process, "ward-7", {}, "process 4711", {}, kNoon}},
      {"outlasted_early", Outlasted{ActionId("longer")}},
      {"outlasted", Outlasted{ActionId("longer")}, 48h},
      {"ticked_early", Ticked{}},
      {"ticked_much_later", Ticked{}, 48h}};
}

/// "completed/pending", "executing!" for in doubt, "-" for nothing changed, or the error's code.
std::string outcome_of(const std::optional<Action>& before, const NamedFact& fact) {
  const auto made = step(before ? &*before : nullptr, fact.fact, kNoon + fact.later);
  if (!made) return std::string(name_of(made.error().code));
  std::string text = "-";
  if (made->audit) {
    text = std::string(made->action.held ? "held " : "") + std::string(name_of(made->action.state)) +
           (made->action.in_doubt ? "!" : "");
    if (made->action.verification != Verification::none)
      text += "/" + std::string(name_of(made->action.verification));
    if (made->action.reason != Reason::none) text += " " + std::string(name_of(made->action.reason));
  }
  for (const Effect& effect : made->effects)
    text += effect.index() == 0 ? " +dispatch" : effect.index() == 1 ? " +ask" : " +verify";
  if (made->undo) text += " +undo";
  return text;
}

using Expectations = std::map<std::string, std::map<std::string, std::string>>;

/// What is not listed is a conflict (for an absent action: not_found).
Expectations expectations_of_an_action_alone() {
  return {{"absent",
           {{"proposed", "queued"},
            {"proposed_waiting", "pending_approval"},
            {"proposed_defective", "failed field_missing"},
            {"proposed_held", "held queued"},
            {"proposed_dry", "cancelled dry_run"},
            {"proposed_other_event", "queued"}}},
          {"pending_approval",
           {{"approve", "queued"},
            {"approve_by_author", "denied"},
            {"reject", "cancelled rejected"},
            {"cancel", "cancelled cancelled_by_person"},
            {"ticked_much_later", "cancelled approval_expired"}}},
          {"queued",
           {{"cancel", "cancelled cancelled_by_person"},
            {"started", "executing +dispatch"},
            {"unreached", "failed agent_offline"},
            {"ticked_much_later", "failed pickup_deadline_passed"}}},
          {"executing",
           {{"reported_ok", "completed/pending"},
            {"reported_already", "completed/pending"},
            {"reported_error", "failed executor_error"},
            {"reported_unknown", "executing!"},
            {"probed_ran", "completed/pending"},
            {"probed_never_ran", "executing +dispatch"},
            {"probed_unknown", "executing!"},
            {"ticked_much_later", "executing!"}}},
          {"in_doubt",
           {{"cancel", "cancelled! cancelled_by_person"},
            {"reported_ok", "completed/pending"},
            {"reported_already", "completed/pending"},
            {"reported_error", "failed executor_error"},
            {"reported_unknown", "-"},
            {"probed_ran", "completed/pending"},
            {"probed_never_ran", "executing +dispatch"},
            {"probed_unknown", "-"},
            {"ticked_much_later", "-"}}},
          {"unverified",
           {{"checked_proven", "completed/passed"},
            {"checked_disproven", "failed/failed verification_failed"},
            {"checked_unknown", "completed/pending"},
            {"checked_last", "failed/failed verification_failed"},
            {"ticked_much_later", "- +verify"}}},
          {"verified", {{"ticked_much_later", "-"}}},
          {"failed", {{"ticked_much_later", "-"}}},
          {"cancelled", {{"ticked_much_later", "-"}}}};
}

Expectations expectations_of_what_can_be_undone() {
  return {{"awaiting_undo",
           {{"undo", "completed/passed +undo"},
            {"follower_refused", "completed/passed"},
            {"outlasted", "completed/passed"},
            {"ticked_much_later", "completed/passed +undo"}}},
          {"undoable",
           {{"undo", "completed/passed +undo"},
            {"follower_refused", "completed/passed"},
            {"ticked_much_later", "-"}}},
          {"undoable_unproved",
           {{"undo", "completed/pending +undo"},
            {"follower_refused", "completed/pending"},
            {"checked_proven", "completed/passed"},
            {"checked_disproven", "failed/failed verification_failed"},
            {"checked_unknown", "completed/pending"},
            {"checked_last", "failed/failed verification_failed"},
            {"ticked_much_later", "- +verify"}}},
          {"disproved",
           {{"undo", "failed/failed verification_failed +undo"},
            {"follower_refused", "failed/failed verification_failed"},
            {"outlasted", "failed/failed verification_failed"},
            {"ticked_much_later", "failed/failed verification_failed +undo"}}},
          {"timed_out",
           {{"undo", "failed timeout +undo"},
            {"follower_refused", "failed timeout"},
            {"outlasted", "failed timeout"},
            {"ticked_much_later", "failed timeout +undo"}}},
          {"called_off_in_doubt",
           {{"undo", "cancelled! cancelled_by_person +undo"},
            {"follower_refused", "cancelled! cancelled_by_person"},
            {"outlasted", "cancelled! cancelled_by_person"},
            {"ticked_much_later", "cancelled! cancelled_by_person +undo"}}},
          {"undone", {{"undo", "conflict"}, {"undo_failed", "completed/passed"}, {"ticked_much_later", "-"}}},
          {"undone_unproved",
           {{"undo", "conflict"},
            {"undo_failed", "completed/pending"},
            {"checked_proven", "completed/passed"},
            {"checked_disproven", "completed"},
            {"checked_unknown", "completed"},
            {"checked_last", "completed"},
            {"ticked_much_later", "- +verify"}}}};
}

Expectations expectations_in_a_chain() {
  return {{"held",
           {{"cancel", "cancelled cancelled_by_person"},
            {"predecessor_completed", "queued"},
            {"predecessor_failed", "cancelled predecessor_ended"},
            {"predecessor_cancelled", "cancelled predecessor_ended"},
            {"ticked_much_later", "-"}}},
          {"held_offer",
           {{"approve", "held queued"},
            {"approve_by_author", "denied"},
            {"reject", "cancelled rejected"},
            {"cancel", "cancelled cancelled_by_person"},
            {"predecessor_completed", "pending_approval"},
            {"predecessor_failed", "cancelled predecessor_ended"},
            {"predecessor_cancelled", "cancelled predecessor_ended"},
            {"ticked_much_later", "cancelled approval_expired"}}}};
}

const Expectations& expectations() {
  static const Expectations kTable = [] {
    Expectations all = expectations_of_an_action_alone();
    all.merge(expectations_in_a_chain());
    all.merge(expectations_of_what_can_be_undone());
    return all;
  }();
  return kTable;
}

std::string expected(const std::string& situation, const std::string& fact) {
  const auto& row = expectations().at(situation);
  if (const auto listed = row.find(fact); listed != row.end()) return listed->second;
  if (situation == "absent") return "not_found";
  // The same event again is the same action, and time that has not come changes nothing.
  if (fact.starts_with("proposed") && fact != "proposed_other_event") return "-";
  // What has no inverse cannot be undone, wherever it is.
  if (fact == "undo") return "invalid";
  if (fact.starts_with("undo_failed")) return "-";
  // Who waits for nobody is not moved by anybody's end.
  if (fact == "ticked_early" || fact.starts_with("unreached") || fact.starts_with("predecessor") ||
      fact.starts_with("outlasted") || fact == "follower_refused" || fact == "superseded")
    return "-";
  return "conflict";
}

TEST(Step, AnswersEveryFactInEverySituation) {
  for (const Situation& situation : every_situation())
    for (const NamedFact& fact : every_fact())
      EXPECT_EQ(outcome_of(situation.action, fact), expected(situation.name, fact.name))
          << "fact " << fact.name << " on " << situation.name;
}

TEST(Step, NeverMakesAMoveThatTheTableForbids) {
  for (const Situation& situation : every_situation()) {
    if (!situation.action) continue;
    for (const NamedFact& fact : every_fact()) {
      const auto made = step(&*situation.action, fact.fact, kNoon + fact.later);
      if (!made || made->action.state == situation.action->state) continue;
      EXPECT_TRUE(may_move(situation.action->state, made->action.state))
          << fact.name << " on " << situation.name;
    }
  }
}

TEST(Step, WritesAnAuditRecordForEveryChangeAndDispatchAndForNothingElse) {
  for (const Situation& situation : every_situation()) {
    for (const NamedFact& fact : every_fact()) {
      const auto made = step(situation.action ? &*situation.action : nullptr, fact.fact, kNoon + fact.later);
      if (!made) continue;
      const bool changed = !situation.action || !(made->action == *situation.action);
      const bool dispatched =
          !made->effects.empty() && std::holds_alternative<Dispatch>(made->effects.front());
      EXPECT_EQ(made->audit.has_value(), changed || dispatched) << fact.name << " on " << situation.name;
      if (made->audit) {
        EXPECT_EQ(made->audit->to, made->action.state);
        EXPECT_EQ(made->audit->at, kNoon + fact.later);
      }
    }
  }
}

/// What is done can be taken back: that says by whom, and moves nothing.
bool is_about_undo(const NamedFact& fact) {
  return fact.name == "undo" || fact.name == "undo_failed" || fact.name == "follower_refused";
}

TEST(Step, NeverLetsAClosedActionMoveAgain) {
  for (const Situation& situation : every_situation()) {
    if (!situation.action || !is_closed(*situation.action)) continue;
    for (const NamedFact& fact : every_fact()) {
      const auto made = step(&*situation.action, fact.fact, kNoon + fact.later);
      if (!made) continue;
      EXPECT_EQ(made->action.state, situation.action->state) << fact.name << " on " << situation.name;
      if (is_about_undo(fact)) continue;
      EXPECT_EQ(made->action, *situation.action) << fact.name << " on " << situation.name;
    }
  }
}

TEST(Verification, IsDueSixtySecondsAfterCompletionAndNotBefore) {
  const Action action = unverified_action();
  ASSERT_EQ(action.due_at, kNoon + 60s);
  EXPECT_TRUE(step(&action, Ticked{}, kNoon + 60s - 1us)->effects.empty());
  EXPECT_EQ(step(&action, Ticked{}, kNoon + 60s)->effects.size(), 1U);
}

TEST(Verification, FailsTheActionWhenItCannotBeProvedAfterAllRetries) {
  Action action = unverified_action();
  for (std::uint32_t retry = 0; retry < kVerificationRetriesMax; ++retry) {
    action = step(&action, Checked{{Proof::Kind::unknown, "no answer"}}, kNoon)->action;
    ASSERT_EQ(action.verification, Verification::pending);
    ASSERT_EQ(action.due_at, kNoon + kVerificationRetryInterval);
  }
  action = step(&action, Checked{{Proof::Kind::unknown, "no answer"}}, kNoon)->action;
  EXPECT_EQ(action.state, State::failed);
  EXPECT_EQ(action.reason, Reason::verification_failed);
}

TEST(Chain, LetsTheDeadlineRunOnlyFromItsRelease) {
  Action action = held_action();
  EXPECT_FALSE(action.due_at);
  action = step(&action, ended(State::completed), kNoon + 3h)->action;
  EXPECT_EQ(action.due_at, kNoon + 3h + action.pickup_deadline);
  Action offer = held_offer();
  EXPECT_EQ(offer.due_at, kNoon + 24h) << "people may decide before it is its turn";
  offer = step(&offer, Decided{Decision::approve, person("bob"), ""}, kNoon)->action;
  EXPECT_FALSE(offer.due_at);
}

TEST(Chain, NamesThePredecessorThatEndedIt) {
  const Action action = held_action();
  EXPECT_EQ(step(&action, ended(State::failed, Reason::timeout), kNoon)->action.detail,
            "'suspend_process' (the one before it) before it ended in failed: timeout");
}

TEST(Chain, GoesOnAtTheExecutorsWordAndDoesNotAwaitTheProof) {
  EXPECT_FALSE(ending_of(queued_action()));
  EXPECT_FALSE(ending_of(executing_action()));
  EXPECT_FALSE(ending_of(in_doubt_action())) << "nobody knows";
  EXPECT_EQ(ending_of(unverified_action())->state, State::completed);
  EXPECT_EQ(ending_of(failed_action())->state, State::failed);
  EXPECT_EQ(ending_of(cancelled_action())->state, State::cancelled);
}

TEST(DryRun, IsClosedFromTheStartAndSaysWhatWouldHaveBeen) {
  ActionRequest request = some_request();
  request.dry_run = true;
  const Action queued = lived({Proposed{request, no_approval()}});
  EXPECT_TRUE(is_closed(queued));
  EXPECT_EQ(queued.detail, "dry run: it would have been queued");
  const Action waiting = lived({Proposed{request, approval()}});
  EXPECT_EQ(waiting.detail, "dry run: it would have waited for approval, the rule demands approval");
  EXPECT_EQ(step(nullptr, Proposed{request, approval()}, kNoon)->audit->event, "dry_run");
}

TEST(Owed, IsNothingByWhatIsHeld) { EXPECT_FALSE(owed(held_action(), kNoon + 48h)); }

TEST(Owed, IsTheVerificationOnceItIsDue) {
  EXPECT_FALSE(owed(unverified_action(), kNoon));
  const auto effect = owed(unverified_action(), kNoon + 60s);
  ASSERT_TRUE(effect);
  EXPECT_TRUE(std::holds_alternative<Verify>(*effect));
}

TEST(ActionIdentity, DependsOnEveryPartAndOnNothingElse) {
  const ActionId id = derive_action_id("uid", RuleId("r"), "t", "h", "p");
  EXPECT_EQ(id, derive_action_id("uid", RuleId("r"), "t", "h", "p"));
  EXPECT_EQ(id.value().size(), 32U);
  EXPECT_NE(id, derive_action_id("uid2", RuleId("r"), "t", "h", "p"));
  EXPECT_NE(id, derive_action_id("uid", RuleId("r2"), "t", "h", "p"));
  EXPECT_NE(id, derive_action_id("uid", RuleId("r"), "t2", "h", "p"));
  EXPECT_NE(id, derive_action_id("uid", RuleId("r"), "t", "h2", "p"));
  EXPECT_NE(id, derive_action_id("uid", RuleId("r"), "t", "h", "p2"));
  EXPECT_NE(derive_action_id("ab", RuleId("c"), "", "", ""), derive_action_id("a", RuleId("bc"), "", "", ""));
}

}  // namespace
}  // namespace riposte
