#include <gtest/gtest.h>

#include "engine/lifecycle/undo.h"
#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

/// An isolation that waits in the queue.
Action waiting_isolation() {
  ActionRequest request = some_request();
  request.type = ActionType::isolate_host;
  request.target = "host";
  request.host_id = "4c4c";
  return lived({Proposed{request, no_approval()}});
}
ActionRequest release() {
  ActionRequest request = some_request("release");
  request.type = ActionType::unisolate_host;
  request.target = "host";
  request.cause.rule = RuleId();
  request.submitter = {Actor::Kind::person, "alice"};
  return request;
}
Superseded told_by(const ActionRequest& request) {
  return *lifting_of(lived({Proposed{request, no_approval()}}));
}

TEST(ARelease, CancelsWhatItWouldLiftBeforeThatHasBegun) {
  const Action action = waiting_isolation();
  const auto made = step(&action, told_by(release()), kNoon);
  EXPECT_EQ(made->action.state, State::cancelled);
  EXPECT_EQ(made->action.reason, Reason::superseded);
  EXPECT_EQ(made->action.detail, release().id.value() + " lifts it before it has begun");
  EXPECT_EQ(made->audit->event, "superseded");
}

TEST(ARelease, KnowsTheHostByItsIdToo) {
  const Action action = waiting_isolation();
  Superseded told = told_by(release());
  told.host = "another spelling";
  EXPECT_FALSE(step(&action, told, kNoon)->audit);
  told.host_id = "4c4c";
  EXPECT_TRUE(step(&action, told, kNoon)->audit);
  told.host_id = "";
  told.host = "4c4c";
  EXPECT_TRUE(step(&action, told, kNoon)->audit);
}

TEST(ARelease, LeavesEverythingElseAlone) {
  const Superseded told = told_by(release());
  const auto touches = [&](Action action) { return step(&action, told, kNoon)->audit.has_value(); };
  Action action = waiting_isolation();
  EXPECT_TRUE(touches(action));
  action.target = "another";
  EXPECT_FALSE(touches(action));
  action = waiting_isolation();
  action.type = ActionType::block_ip;
  EXPECT_FALSE(touches(action));
  action = waiting_isolation();
  action.updated_at = kNoon + 1us;
  EXPECT_FALSE(touches(action)) << "it was decided later";
  EXPECT_FALSE(touches(after(waiting_isolation(), Started{}))) << "it has begun";
  const Action waiting = waiting_isolation();
  const ActionRequest& offer = waiting;
  EXPECT_FALSE(touches(lived({Proposed{offer, approval()}}))) << "somebody has still to decide on it";
}

TEST(ARelease, OfTheEngineOrARuleCancelsNothing) {
  ActionRequest request = release();
  for (const Actor::Kind kind : {Actor::Kind::engine, Actor::Kind::rule}) {
    request.submitter.kind = kind;
    EXPECT_FALSE(lifting_of(lived({Proposed{request, no_approval()}})));
  }
}

TEST(ARelease, CountsOnceItIsLetRun) {
  const Action offer = lived({Proposed{release(), approval()}});
  EXPECT_FALSE(lifting_of(offer));
  EXPECT_TRUE(lifting_of(after(offer, Decided{Decision::approve, person("bob"), ""})));
  EXPECT_FALSE(lifting_of(after(offer, Decided{Decision::reject, person("bob"), ""})));
  EXPECT_FALSE(lifting_of(waiting_isolation())) << "that lifts nothing";
}

TEST(AnUndo, CancelsRepetitionsOfTheSameRuleOnly) {
  ActionRequest undo = release();
  undo.undoes = ActionId("done");
  EXPECT_FALSE(lifting_of(lived({Proposed{undo, no_approval()}})))
      << "what a person ordered has no repetitions";
  undo.cause.rule = RuleId("rule-1");
  const Superseded told = told_by(undo);
  Action action = waiting_isolation();
  EXPECT_TRUE(step(&action, told, kNoon)->audit);
  action.cause.rule = RuleId("rule-2");
  EXPECT_FALSE(step(&action, told, kNoon)->audit);
}

}  // namespace
}  // namespace riposte
