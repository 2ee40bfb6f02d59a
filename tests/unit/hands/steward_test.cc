#include "agent/hands/steward.h"

#include "tests/support/failing_sync.h"
#include "tests/unit/hands/stage.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;
using order::Purpose;
using order::Standing;

class AnOrder : public OnStage {};

TEST_F(AnOrder, IsWrittenDownBeforeItsChildMayGoOnAndReportedWhenItsEndIs) {
  order(numbered(1));
  ASSERT_EQ(last_kind(), TaskKind::carry_out);
  EXPECT_EQ(ledger().find(action_number(1)), nullptr);
  plan(last(), "no element");
  ASSERT_TRUE(world_->gone_on.contains(last()));
  EXPECT_EQ(ledger().find(action_number(1))->started.plan, "no element");
  EXPECT_EQ(reports(), 0U);
  end(last(), ResultWord::ok, "blocked");
  EXPECT_EQ(last_report().result.detail, "blocked");
  EXPECT_EQ(last_report().standing, Standing::ended);
  EXPECT_EQ(last_report().undo_due, now().wall + numbered(1).ttl + kEngineGrace);
}

TEST_F(AnOrder, ThatCameBeforeGetsTheSameAnswerAndNoSecondChild) {
  carry_out(numbered(1));
  const std::size_t children = world_->began.size();
  order(numbered(1));
  EXPECT_EQ(world_->began.size(), children);
  EXPECT_TRUE(last_report().already);
  EXPECT_EQ(last_report().result.detail, "done");
}

TEST_F(AnOrder, ThatComesTwiceWhileItWaitsOrRunsHasOneChildAndOneReport) {
  order(numbered(1));
  order(numbered(1));
  order(numbered(2));
  order(numbered(2));
  plan(last());
  order(numbered(1));
  end(last());
  EXPECT_EQ(reports(), 1U);
  EXPECT_EQ(world_->began.size(), 2U);
}

TEST_F(AnOrder, OfAnotherKeyIsNeitherObeyedNorAnswered) {
  order(numbered(1), kHostKey);
  ASSERT_TRUE(steward_->take_order("nonsense", now()));
  EXPECT_TRUE(world_->began.empty());
  EXPECT_EQ(reports(), 0U);
}

TEST_F(AnOrder, ThatIsForAnotherHostIsNotAnswered) {
  order::Order foreign = numbered(1);
  foreign.machine_id = "another";
  order(foreign);
  foreign = numbered(1);
  foreign.enrolment = 4;
  order(foreign);
  EXPECT_TRUE(world_->began.empty());
  EXPECT_EQ(reports(), 0U);
}

TEST_F(AnOrder, ThatHasExpiredIsAnsweredAndNotObeyed) {
  pass(10min);
  order(numbered(1));
  EXPECT_TRUE(world_->began.empty());
  EXPECT_EQ(last_report().standing, Standing::never_ran);
}

TEST_F(AnOrder, WhichLookingAloneCanAnswerIsBoundByTheAnswer) {
  order(numbered(1));
  end(last(), ResultWord::refused_guard, "it is the gateway");
  EXPECT_EQ(last_report().result.word, ResultWord::refused_guard);
  EXPECT_EQ(ledger().holdings().size(), 0U);
  restart();
  order(numbered(1));
  EXPECT_TRUE(world_->began.empty());
  EXPECT_EQ(last_report().result.detail, "it is the gateway");
}

TEST_F(AnOrder, ThatThisHostsPolicyForbidsIsRefusedForGood) {
  LocalPolicy strict = permissive();
  strict.allow.erase(order::Verb::block_ip);
  restart(strict);
  order(numbered(1));
  EXPECT_EQ(last_report().result.word, ResultWord::refused_guard);
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  restart();
  order(numbered(1));
  EXPECT_TRUE(world_->began.empty());
}

TEST_F(AnOrder, IsNotBegunAboveTheRateOfItsKind) {
  LocalPolicy slow = permissive();
  slow.rates = {{order::Verb::kill_process, {1, 1}}};
  restart(slow);
  order(numbered(1, order::KillProcess{test::sample_process()}));
  order(numbered(2, order::KillProcess{test::sample_process()}));
  EXPECT_EQ(world_->began.size(), 1U);
  EXPECT_EQ(last_report().result.word, ResultWord::refused_guard);
}

TEST_F(AnOrder, IsNeitherCountedTwiceNorRefusedForACopyOfIt) {
  LocalPolicy slow = permissive();
  slow.rates = {{order::Verb::block_ip, {1, 2}}};
  restart(slow);
  for (int i = 0; i < 3; ++i) order(numbered(1));
  for (int i = 0; i < 3; ++i) order(numbered(2));
  EXPECT_EQ(reports(), 0U) << "a copy was refused, and the order with it";
  plan(last());
  end(last());
  plan(last());
  end(last());
  EXPECT_EQ(reports(), 2U);
  EXPECT_EQ(last_report().result.word, ResultWord::ok);
}

TEST_F(AnOrder, ThatIsCancelledWhileItsChildLooksNeverActs) {
  order(numbered(1));
  const TaskId child = last();
  order(asking(Purpose::cancel));
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  plan(child);
  EXPECT_FALSE(world_->gone_on.contains(child));
  EXPECT_EQ(world_->killed, std::vector<TaskId>{child});
  die(child);
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  EXPECT_TRUE(steward_->is_idle());
}

TEST_F(AnOrder, ThatIsCancelledWhenItActsIsUnderWay) {
  start(numbered(1));
  order(asking(Purpose::cancel));
  EXPECT_EQ(last_report().result.detail, "it is under way");
  EXPECT_EQ(last_report().standing, Standing::started);
}

TEST_F(AnOrder, ThatAProbeFoundUnbegunNeverActs) {
  order(numbered(1));
  const TaskId first = last();
  order(numbered(2));  // waits for the same lane
  order(asking(Purpose::probe, 2));
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  plan(first);
  end(first);
  EXPECT_EQ(world_->began.size(), 1U) << "it had been promised that it would not run";
  EXPECT_EQ(last_report().action, action_number(2));
  EXPECT_EQ(last_report().standing, Standing::never_ran);
}

TEST_F(AnOrder, OfALaterAttemptIsNoCopyOfTheOneThatStillWaits) {
  order(numbered(1));
  const TaskId first = last();
  order(numbered(2));  // waits for the same lane
  order::Order again = numbered(2);
  again.purpose = Purpose::probe;
  order(again);
  again.purpose = Purpose::carry_out;
  ++again.attempt;
  order(again);
  order(again);
  plan(first);
  end(first);
  ASSERT_EQ(world_->began.size(), 2U);
  plan(last());
  end(last());
  EXPECT_EQ(last_report().action, action_number(2));
  EXPECT_EQ(last_report().attempt, again.attempt);
  EXPECT_EQ(last_report().standing, Standing::ended);
  EXPECT_EQ(world_->began.size(), 2U);
}

TEST_F(AnOrder, WhoseEarlierAttemptEndedWhileItWaitedGetsThatAnswer) {
  order(numbered(1));
  const TaskId first = last();
  const order::Order again = next_attempt(numbered(1));
  order(again);
  plan(first);
  end(first, ResultWord::ok, "blocked");
  EXPECT_EQ(world_->began.size(), 1U) << "nothing is done twice";
  EXPECT_EQ(last_report().attempt, again.attempt);
  EXPECT_EQ(last_report().result.detail, "blocked");
  EXPECT_TRUE(last_report().already);
}

TEST_F(AnOrder, WhoseChildDiesBeforeThePlanHasDoneNothingAndNeverWill) {
  order(numbered(1));
  die(last());
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  EXPECT_EQ(last_report().result.word, ResultWord::error);
  order(numbered(1));
  EXPECT_EQ(world_->began.size(), 1U);
}

TEST_F(AnOrder, WhoseChildDiesAfterThePlanIsLookedAfter) {
  start(numbered(1));
  die(last());
  EXPECT_EQ(reports(), 0U);
  ASSERT_EQ(last_kind(), TaskKind::probe);
  end(last(), ResultWord::error, "the element is not there");
  EXPECT_EQ(last_report().result.word, ResultWord::error);
  EXPECT_EQ(last_report().result.detail,
            "it ended without saying what it had done; the element is not there");
}

TEST_F(AnOrder, ThatHangsIsKilledAtItsDeadlineAndLookedAfter) {
  order(numbered(1));
  const TaskId child = last();
  plan(child);
  pass(kFilterDeadline - 1ms);
  EXPECT_TRUE(world_->killed.empty());
  pass(1ms);
  EXPECT_EQ(world_->killed, std::vector<TaskId>{child});
  die(child);
  ASSERT_EQ(last_kind(), TaskKind::probe);
  end(last(), ResultWord::unknown, "nothing to be seen");
  EXPECT_EQ(last_report().result.word, ResultWord::timeout);
  EXPECT_EQ(ledger().holdings().size(), 1U) << "what may be there is taken back by its time to live";
}

TEST_F(AnOrder, ThatHangsHoldsUpNeitherAnotherLaneNorContainment) {
  for (int number = 1; number <= 6; ++number)
    order(numbered(number, order::QuarantineFile{"/srv/" + std::to_string(number), {}, {}, {}}));
  EXPECT_EQ(world_->began.size(), kSlowChildrenMax);
  order(numbered(7, order::KillProcess{test::sample_process()}));
  order(numbered(8));
  EXPECT_EQ(world_->began.size(), kSlowChildrenMax + 2);
}

TEST_F(AnOrder, IsRefusedWithoutAPromiseWhenTooManyWait) {
  for (int number = 1; number <= static_cast<int>(kWaitingMax) + 2; ++number) order(numbered(number));
  EXPECT_EQ(reports(), 1U);
  EXPECT_EQ(last_report().standing, Standing::not_yet);
}

TEST_F(AnOrder, ThatExpiresWhileItWaitsIsNotBegun) {
  order(numbered(1));
  order(numbered(2));
  plan(last());
  after_ += 6min;
  end(last());
  EXPECT_EQ(world_->began.size(), 1U);
  EXPECT_EQ(last_report().result.detail, "expired while it waited");
}

TEST_F(AnOrder, ForWhichThereIsNoProcessIsAnswered) {
  world_->no_processes = true;
  order(numbered(1));
  EXPECT_EQ(last_report().standing, Standing::never_ran);
}

TEST_F(AnOrder, ThatEndsEffectsSaysWhoseAndThenTheyAreGone) {
  carry_out(numbered(1));
  carry_out(numbered(2));
  EXPECT_EQ(last_report().holdings_left, 1U);
  order::Order unblock = numbered(3, order::UnblockIp{*parse_address("203.0.113.9"), true, {}});
  unblock.releases.clear();
  carry_out(unblock);
  EXPECT_EQ(ledger().holdings().size(), 0U);
  EXPECT_EQ(last_report().holdings_left, 0U);
}

TEST_F(AnOrder, ThatOnlyVerifiesIsAnsweredWithAFinding) {
  carry_out(numbered(1));
  const order::Order verify = asking(Purpose::verify);
  order(verify);
  ASSERT_EQ(last_kind(), TaskKind::verify);
  ASSERT_TRUE(
      steward_->take_end(last(), Ending{{ResultWord::error, "gone", {}}, order::Finding::disproven}, now()));
  EXPECT_EQ(last_report().finding, order::Finding::disproven);
  EXPECT_EQ(last_report().answers, Purpose::verify);
}

TEST_F(AnOrder, ToLookIsObeyedTwentyTimesInASecondAndWaitsBeyond) {
  carry_out(numbered(1));
  world_->began.clear();
  for (std::uint32_t i = 0; i < kLooksPerSecond + 5; ++i) {
    order(asking(Purpose::verify));
    if (world_->began.size() == i + 1) end(last());
  }
  EXPECT_EQ(world_->began.size(), kLooksPerSecond);
  const std::size_t answered = reports();
  pass(1s);
  EXPECT_EQ(world_->began.size(), kLooksPerSecond + 1) << "the copies were one";
  EXPECT_EQ(reports(), answered);
  end(last());
  EXPECT_EQ(reports(), answered + 1);
}

TEST_F(AnOrder, BeyondAThousandInASecondIsNotLookedAt) {
  for (std::uint32_t i = 0; i < kChecksPerSecond; ++i) ASSERT_TRUE(steward_->may_check(now()));
  EXPECT_FALSE(steward_->may_check(now()));
  after_ += 1s;
  EXPECT_TRUE(steward_->may_check(now()));
}

TEST_F(AnOrder, OfAFloodIsCountedInTheLogInsteadOfNamed) {
  LocalPolicy strict = permissive();
  strict.allow.erase(order::Verb::block_ip);
  restart(strict);
  testing::internal::CaptureStderr();
  constexpr int kOrders = static_cast<int>(kLinesPerSecond) + 5;
  for (int number = 1; number <= kOrders; ++number) order(numbered(number));
  pass(1s);
  order(numbered(kOrders + 1));
  pass(1s);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find(action_number(kLinesPerSecond).value()), std::string::npos) << said;
  EXPECT_EQ(said.find(action_number(kOrders).value()), std::string::npos) << said;
  EXPECT_NE(said.find(R"("lines about orders were left out","count":5)"), std::string::npos) << said;
  EXPECT_EQ(said.rfind("left out"), said.find("left out")) << "it was said twice";
  EXPECT_NE(said.find(action_number(kOrders + 1).value()), std::string::npos) << said;
}

TEST_F(AnOrder, IsNotBegunWhenTheProgramIsEnding) {
  order(numbered(1));
  const TaskId child = last();
  order(numbered(2));
  steward_->close();
  order(numbered(3, order::KillProcess{test::sample_process()}));
  EXPECT_FALSE(steward_->is_idle());
  plan(child);
  end(child);
  EXPECT_TRUE(steward_->is_idle());
  EXPECT_EQ(reports(), 1U);
  EXPECT_EQ(world_->began.size(), 1U);
}

TEST_F(AnOrder, WhoseStartCannotBeKeptIsNotBegunAndEndsTheProgram) {
  order(numbered(1));
  test::with_failing_sync([&] {
    const auto planned = steward_->take_plan(last(), "as it was", now());
    ASSERT_FALSE(planned);
    EXPECT_EQ(planned.error().code, Errc::corrupt);
  });
  EXPECT_FALSE(world_->gone_on.contains(last()));
  EXPECT_EQ(reports(), 0U);
}

TEST_F(AnOrder, WhoseRefusalCannotBeKeptIsNotAnswered) {
  LocalPolicy strict = permissive();
  strict.allow.erase(order::Verb::block_ip);
  restart(strict);
  test::with_failing_sync([&] {
    const auto taken = steward_->take_order(encode(*sign(numbered(1), test::key_of(kEngineKey))), now());
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::corrupt);
  });
  EXPECT_EQ(reports(), 0U) << "that it never runs was promised";
}

}  // namespace
}  // namespace riposte::agent
