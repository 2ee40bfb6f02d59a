#include "engine/pipeline/engine.h"

#include <thread>

#include <gtest/gtest.h>

#include "tests/support/running_engine.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

/// One rule, which kills at once and whose kills are proved at once.
class WholeEngine : public RunningEngine {
 protected:
  WholeEngine() { policy_.verify_after = 10ms; }

  void start() { RunningEngine::start(compiled({killing_rule("miner")})); }

  static std::string detection(int number) {
    return detection_of("uid-" + std::to_string(number), number + 2);
  }

  std::size_t verified() {
    std::size_t count = 0;
    for (const Action& action : actions())
      if (action.verification == Verification::passed) ++count;
    return count;
  }

  static Principal principal(const std::string& name, std::set<Grant> grants) {
    return {UserName(name), {}, std::move(grants)};
  }
  const Principal alice_ =
      principal("alice", {{Permission::read, ""}, {Permission::submit, ""}, {Permission::approve, ""}});
  const Principal bob_ = principal("bob", {{Permission::read, ""}, {Permission::approve, "kill_process"}});
  const Principal carol_ = principal("carol", {{Permission::read, ""}});
};

TEST_F(WholeEngine, CarriesEveryDetectionThroughExactlyOnce) {
  constexpr int kDetections = 200;
  for (int i = 0; i < kDetections; ++i) {
    streams_.append(stream_, detection(i));
    streams_.append(stream_, detection(i));
  }
  streams_.append(stream_, "no json");
  start();
  ASSERT_TRUE(eventually([&] { return verified() == kDetections; })) << verified();
  EXPECT_EQ(hands_.executed, kDetections);
  EXPECT_TRUE(eventually([&] { return sink_.delivered == 1; }));
  EXPECT_TRUE(engine_->control().health().ready);
  engine_.reset();
  EXPECT_EQ(**records_.position(stream_), Offset(2 * kDetections + 1));
}

TEST_F(WholeEngine, WaitsOutAFullDiskAndLosesNothing) {
  streams_.append(stream_, detection(0));
  records_.set_full(true);
  start();
  ASSERT_TRUE(eventually([&] { return !engine_->control().health().ready; }));
  ASSERT_TRUE(eventually([&] { return engine_->control().health().detail.starts_with("the disk is full"); }));
  EXPECT_EQ(hands_.executed, 0) << "nothing is done that is not on record";
  EXPECT_EQ(engine_->failure(0ms), std::nullopt);
  records_.set_full(false);
  ASSERT_TRUE(eventually([&] { return verified() == 1; }));
  EXPECT_EQ(hands_.executed, 1);
  EXPECT_TRUE(engine_->control().health().ready);
}

TEST_F(WholeEngine, PausesWhileTooManyActionsAreOpenAndGoesOnWhenSomeAreClosed) {
  policy_.require_approval = {ActionType::kill_process};
  open_actions_max_ = 10;
  for (int i = 0; i < 12; ++i) streams_.append(stream_, detection(i));
  start();
  ASSERT_TRUE(eventually([&] {
    return engine_->control().health().detail ==
           "more than 10 actions are open (limits.open_actions): approve, reject or cancel some";
  }));
  const auto made = [&] { return records_.list({.limit = 100})->size(); };
  ASSERT_TRUE(eventually([&] { return made() == 12; }));
  for (int i = 12; i < 17; ++i) streams_.append(stream_, detection(i));
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(made(), 12U) << "taken in although the engine has its hands full";
  const auto offers = *records_.list({.limit = 3});
  for (const Action& offer : offers)
    ASSERT_TRUE(engine_->control().decide(bob_, offer.id, Decision::reject, "no"));
  EXPECT_TRUE(eventually([&] { return made() == 17; }));
}

TEST_F(WholeEngine, EndsWhileTheDiskIsFull) {
  streams_.append(stream_, detection(0));
  records_.set_full(true);
  start();
  ASSERT_TRUE(eventually([&] { return engine_->control().health().detail.starts_with("the disk is full"); }));
  engine_.reset();
  EXPECT_EQ(hands_.executed, 0);
}

TEST_F(WholeEngine, EndsAndSaysWhyWhenTheSourceCanNeverGoOn) {
  source_.fail_next({Errc::corrupt, "the stored position is gone", {}});
  start();
  const auto failure = engine_->failure(10s);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->what, "the stored position is gone");
  EXPECT_FALSE(engine_->control().health().ready);
}

TEST_F(WholeEngine, DoesNotWaitForAHungExecutorWhenItEnds) {
  hands_.hang = true;
  streams_.append(stream_, detection(0));
  start();
  ASSERT_TRUE(eventually([&] { return hands_.executed == 1; }));
  const auto begun = std::chrono::steady_clock::now();
  engine_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST_F(WholeEngine, LetsASecondPersonApproveAndNobodyElse) {
  start();
  const Submission wish{ActionType::kill_process, "", {{"pid", std::int64_t{99}}}, "seen", "ticket-1"};
  const auto submitted = engine_->control().submit(alice_, wish);
  ASSERT_TRUE(submitted) << submitted.error().text();
  EXPECT_EQ(submitted->state, State::pending_approval);
  EXPECT_EQ(submitted->ground, Ground::manual_destructive);
  EXPECT_EQ(engine_->control().submit(alice_, wish)->id, submitted->id)
      << "the same request again is the same action";
  Submission other = wish;
  other.comment = "something else";
  EXPECT_EQ(engine_->control().submit(alice_, other).error().code, Errc::conflict);

  EXPECT_EQ(engine_->control().decide(alice_, submitted->id, Decision::approve, "").error().code,
            Errc::denied);
  EXPECT_EQ(engine_->control().decide(carol_, submitted->id, Decision::approve, "").error().code,
            Errc::denied);
  EXPECT_EQ(engine_->control().decide(bob_, submitted->id, Decision::cancel, "").error().code, Errc::denied);
  EXPECT_EQ(hands_.executed, 0);
  ASSERT_TRUE(engine_->control().decide(bob_, submitted->id, Decision::approve, "yes"));
  ASSERT_TRUE(eventually([&] { return hands_.executed == 1; }));
  EXPECT_EQ(engine_->control().decide(bob_, submitted->id, Decision::approve, "").error().code,
            Errc::conflict);

  std::string refusals;
  const auto audit = *engine_->control().audit(bob_, {submitted->id, 100});
  for (const AuditRecord& record : audit)
    if (record.event.ends_with("_refused")) refusals += record.actor.name + " " + record.event + "; ";
  EXPECT_EQ(refusals, "alice approve_refused; carol approve_refused; bob cancel_refused; ");
}

TEST_F(WholeEngine, ShowsAPreviewAndSubmitsNothing) {
  start();
  const auto preview =
      engine_->control().preview(alice_, {ActionType::kill_process, "", {{"pid", std::int64_t{99}}}, "", ""});
  ASSERT_TRUE(preview) << preview.error().text();
  EXPECT_EQ(preview->command.summary, "nothing");
  EXPECT_TRUE(preview->ruling.needs_approval);
  EXPECT_TRUE(engine_->control().list(alice_, {})->empty());
}

TEST_F(WholeEngine, RefusesWhatAPersonLacksThePermissionFor) {
  start();
  const Submission wish{ActionType::kill_process, "", {{"pid", std::int64_t{99}}}, "", ""};
  EXPECT_EQ(engine_->control().submit(bob_, wish).error().code, Errc::denied);
  const Principal nobody = principal("nobody", {{Permission::admin, ""}});
  EXPECT_EQ(engine_->control().list(nobody, {}).error().code, Errc::denied);
  EXPECT_EQ(engine_->control().audit(nobody, {}).error().code, Errc::denied);
  EXPECT_EQ(engine_->control().find(nobody, ActionId("x")).error().code, Errc::denied);
  EXPECT_EQ(engine_->control().decide(nobody, ActionId("x"), Decision::approve, "").error().code,
            Errc::denied);
  EXPECT_EQ(engine_->control().decide(bob_, ActionId("x"), Decision::approve, "").error().code,
            Errc::not_found);
}

TEST_F(WholeEngine, ChecksTheParametersOfASubmission) {
  start();
  const auto error = [&](ActionType type, Parameters parameters) {
    const auto answer = engine_->control().submit(alice_, {type, "", std::move(parameters), "", ""});
    return answer ? "accepted" : answer.error().text();
  };
  EXPECT_EQ(error(ActionType::kill_process, {}),
            "kill_process needs parameter 'pid' (integer: number of the process on its host)");
  EXPECT_EQ(error(ActionType::kill_process, {{"pid", "many"}}), "parameter 'pid': 'many' is no integer");
  EXPECT_EQ(error(ActionType::kill_process, {{"pdi", std::int64_t{9}}}),
            "kill_process has no parameter 'pdi'; did you mean 'pid'?");
  EXPECT_EQ(error(ActionType::isolate_host, {}),
            "this engine has no executor for isolate_host; it has: kill_process");
}

}  // namespace
}  // namespace riposte
