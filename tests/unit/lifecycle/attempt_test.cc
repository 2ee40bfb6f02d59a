#include <gtest/gtest.h>

#include "engine/lifecycle/step.h"
#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

TEST(Pickup, SaysWhichHostWasAwayAndSinceWhen) {
  const Action action = queued_action();
  const auto late = step(&action, Unreached{"host ward-7 is away since noon"}, *action.due_at);
  EXPECT_EQ(late->action.detail, "host ward-7 is away since noon; its pickup deadline of 300s has passed");
  EXPECT_EQ(late->audit->event, "unreached");
}

TEST(Attempts, AreCountedAnewWhenOneNeverRan) {
  const Action action = executing_action();
  const auto again = step(&action, Probed{1, {Probe::Kind::never_ran, {}, ""}}, kNoon);
  EXPECT_EQ(again->action.attempt, 2U) << "the first was promised never to run";
  EXPECT_EQ(step(&again->action, Reported{1, {}}, kNoon).error().code, Errc::conflict);
  EXPECT_TRUE(step(&again->action, Reported{2, {}}, kNoon));
}

TEST(Started, SaysToWhomItWasGivenAndNoExecutorChangesThat) {
  const Action action = lived({Proposed{some_request(), no_approval()}, Started{{{"agent", "ward-7"}}}});
  const Outcome outcome{Outcome::Kind::ok, "", {{"agent", "another"}, {"exe", "/bin/true"}}};
  const Evidence evidence = step(&action, Reported{1, outcome}, kNoon)->action.evidence;
  EXPECT_EQ(evidence, (Evidence{{"agent", "ward-7"}, {"exe", "/bin/true"}, {"outcome", "ok"}}));
}

TEST(Owed, IsAskedOfTheExecutorForAnOrderThatWasUnderWay) {
  const auto effect = owed(executing_action(), kNoon);
  ASSERT_TRUE(effect);
  EXPECT_TRUE(std::holds_alternative<AskExecutor>(*effect));
}

TEST(Owed, IsAskedOnceMoreForAnOrderInDoubt) {
  EXPECT_TRUE(std::holds_alternative<AskExecutor>(owed(in_doubt_action(), kNoon + 48h).value()));
}

TEST(Pickup, IsNotMadeUpForAfterTheDeadlineByARestart) {
  const Action action = executing_action();
  const Probed never_ran{1, {Probe::Kind::never_ran, {}, ""}};
  EXPECT_EQ(step(&action, never_ran, kNoon + action.pickup_deadline)->effects.size(), 1U);
  const auto late = step(&action, never_ran, kNoon + action.pickup_deadline + 1us);
  EXPECT_EQ(late->action.state, State::failed);
  EXPECT_EQ(late->action.reason, Reason::pickup_deadline_passed);
  EXPECT_TRUE(late->effects.empty());
}

}  // namespace
}  // namespace riposte
