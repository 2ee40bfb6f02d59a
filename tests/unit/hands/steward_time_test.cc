#include "agent/hands/steward.h"
#include "tests/unit/hands/stage.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;
using order::Purpose;
using order::Standing;

class ARestart : public OnStage {};

TEST_F(ARestart, IsOverWhenThePacketFiltersWereLookedAfterOnce) {
  begin_anew();
  EXPECT_FALSE(steward_->has_looked_after_filters());
  end_all({TaskKind::sweep});
  EXPECT_FALSE(steward_->has_looked_after_filters());
  end_all({TaskKind::mend});
  EXPECT_TRUE(steward_->has_looked_after_filters());
}

TEST_F(ARestart, WithPacketFiltersThatCannotBeLookedAfterHoldsNobodyUp) {
  begin_anew();
  die(world_->began.front().id);
  EXPECT_TRUE(steward_->has_looked_after_filters());
}

TEST_F(ARestart, BeforeTheStartWasWrittenLetsTheOrderRunOnceMore) {
  order(numbered(1));
  restart();
  EXPECT_TRUE(world_->began.empty());
  order(numbered(1));
  EXPECT_EQ(last_kind(), TaskKind::carry_out);
}

TEST_F(ARestart, AfterTheStartWasWrittenLooksInsteadOfRunning) {
  start(numbered(1));
  restart();
  ASSERT_EQ(last_kind(), TaskKind::probe);
  end(last(), ResultWord::ok, "it is there");
  EXPECT_EQ(last_report().result.detail, "it is there");
  EXPECT_EQ(last_report().answers, Purpose::carry_out);
  order(numbered(1));
  EXPECT_EQ(world_->began.size(), 1U);
}

TEST_F(ARestart, AfterWhichNobodyKnowsLeavesTheActionInDoubtAndAsksAgainNextTime) {
  start(numbered(1));
  restart();
  end(last(), ResultWord::unknown, "who knows");
  EXPECT_EQ(last_report().result.word, ResultWord::unknown);
  restart();
  ASSERT_EQ(last_kind(), TaskKind::probe);
  end(last(), ResultWord::unknown, "who knows");
  EXPECT_EQ(reports(), 0U) << "that is no news";
  restart();
  end(last(), ResultWord::ok, "there it is");
  EXPECT_EQ(last_report().result.word, ResultWord::ok);
}

TEST_F(ARestart, AfterWhichNoEffectIsSeenDisownsTheAttemptAndLetsTheNextRun) {
  start(numbered(1));
  restart();
  ASSERT_EQ(last_kind(), TaskKind::probe);
  end(last(), ResultWord::error, "it has had no effect");
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  EXPECT_EQ(last_report().answers, Purpose::probe) << "what an engine waits for that asks";
  EXPECT_EQ(last_report().result.detail, "it has had no effect");
  EXPECT_EQ(ledger().holdings().size(), 0U);

  restart();
  EXPECT_TRUE(world_->began.empty());
  order(numbered(1));
  EXPECT_TRUE(world_->began.empty()) << "a late copy";
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  carry_out(next_attempt(numbered(1)));
  EXPECT_EQ(last_report().standing, Standing::ended);
  EXPECT_EQ(last_report().result.word, ResultWord::ok);
  EXPECT_EQ(ledger().holdings().size(), 1U);
}

TEST_F(ARestart, LetsTheNextAttemptRunAlthoughSomebodyStillLooksForTheOldOne) {
  start(numbered(1));
  begin_anew();
  order(asking(Purpose::probe));
  end_what_starts_begin_with();
  end(last(), ResultWord::error, "it has had no effect");
  const TaskId second_look = last();
  const order::Order again = next_attempt(numbered(1));
  order(again);
  end(second_look, ResultWord::unknown, "the journal knows no start of it");
  ASSERT_EQ(last_kind(), TaskKind::carry_out);
  plan(last());
  end(last());
  EXPECT_EQ(last_report().attempt, again.attempt);
  EXPECT_EQ(last_report().standing, Standing::ended);
}

TEST_F(ARestart, AnswersTheQuestionAboutALaterAttemptAfterTheOldOneIsDisowned) {
  start(numbered(1));
  begin_anew();
  const order::Order question = next_attempt(asking(Purpose::probe));
  order(question);
  end_what_starts_begin_with();
  end(last(), ResultWord::error, "it has had no effect");
  end(last(), ResultWord::unknown, "the journal knows no start of it");
  EXPECT_EQ(last_report().attempt, question.attempt);
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  EXPECT_TRUE(ledger().is_disowned(action_number(1), question.attempt));
}

TEST_F(ARestart, AnswersWhoAsksWhileItLooksForAnEffectThatIsNotThere) {
  start(numbered(1));
  begin_anew();
  order(asking(Purpose::probe));
  EXPECT_EQ(reports(), 0U) << "both wait for the packet filters";
  end_what_starts_begin_with();
  end(last(), ResultWord::error, "it has had no effect");
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  end(last(), ResultWord::unknown, "the journal knows no start of it");
  EXPECT_EQ(reports(), 2U);
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  EXPECT_TRUE(steward_->is_idle());
}

TEST_F(ARestart, LeavesAFailureWhatALivingProgramCouldNotTell) {
  start(numbered(1));
  die(last());
  end(last(), ResultWord::unknown, "who knows");
  restart();
  ASSERT_EQ(last_kind(), TaskKind::probe);
  end(last(), ResultWord::error, "it has had no effect");
  EXPECT_EQ(last_report().standing, Standing::ended);
  EXPECT_EQ(last_report().result.word, ResultWord::error);
  order(next_attempt(numbered(1)));
  EXPECT_EQ(world_->began.size(), 1U);
}

TEST_F(ARestart, AfterTheEndWasWrittenOwesTheReportUntilItIsAcknowledged) {
  carry_out(numbered(1));
  restart();
  welcome();
  ASSERT_EQ(world_->to_link.size(), 2U);
  EXPECT_EQ(world_->to_link[0].type, order::FrameType::hello);
  EXPECT_EQ(opened(world_->to_link[1]).action, action_number(1));
  order(asking(Purpose::acknowledge));
  EXPECT_EQ(reports(), 0U) << "an acknowledgement is not answered";
  restart();
  welcome();
  EXPECT_EQ(world_->to_link.size(), 1U);
}

TEST_F(ARestart, GreetsTheEngineWithTheJournalAsItIs) {
  carry_out(numbered(1));
  welcome();
  const auto sealed = order::decode_signed<order::Domain::hello>(world_->to_link.front().body);
  const auto hello =
      order::open_hello(*sealed, test::ring_of(test::key_of(kHostKey)), order::Nonce{7}, test::kIssued);
  ASSERT_TRUE(hello) << hello.error().text();
  EXPECT_EQ(hello->journal_id, steward_->keeper().journal().id());
  EXPECT_EQ(hello->journal_sequence, 2U);
}

TEST_F(ARestart, SendsWhatItOwesOnceInASecondHoweverOftenItIsWelcomed) {
  carry_out(numbered(1));
  for (int i = 0; i < 5; ++i) welcome();
  const auto owed = [this] {
    return std::ranges::count(world_->to_link, order::FrameType::report, &order::Frame::type);
  };
  EXPECT_EQ(owed(), 1);
  pass(kOwedPeriod);
  EXPECT_EQ(owed(), 2);
  pass(kOwedPeriod);
  EXPECT_EQ(owed(), 2);
}

TEST_F(ARestart, IsNotGreetedByAnotherFleet) {
  ASSERT_TRUE(steward_->take_welcome(encode(order::Welcome{"south", {7}, test::kIssued}), now()));
  ASSERT_TRUE(steward_->take_welcome("nonsense", now()));
  EXPECT_TRUE(world_->to_link.empty());
}

class TimeToLive : public OnStage {};

TEST_F(TimeToLive, IsKeptByTheHostItselfWhenNoEngineDoes) {
  carry_out(numbered(1));
  world_->began.clear();
  pass(numbered(1).ttl + kEngineGrace - 1ms);
  EXPECT_TRUE(world_->began.empty()) << "the engine comes first";
  pass(1ms);
  ASSERT_EQ(last_kind(), TaskKind::take_back);
  EXPECT_EQ(world_->began.back().task.lifted, std::vector<ActionId>{action_number(1)});
  end(last());
  EXPECT_EQ(ledger().holdings().size(), 0U);
  pass(kReleaseRetry);
  EXPECT_EQ(world_->began.size(), 1U);
  restart();
  EXPECT_EQ(ledger().holdings().size(), 0U);
}

TEST_F(TimeToLive, IsTriedAgainWhenTheEffectDoesNotGo) {
  carry_out(numbered(1));
  world_->began.clear();
  pass(numbered(1).ttl + kEngineGrace);
  end(last(), ResultWord::error, "no");
  EXPECT_EQ(ledger().holdings().size(), 1U);
  pass(kReleaseRetry - 1ms);
  EXPECT_EQ(world_->began.size(), 1U);
  pass(1ms);
  EXPECT_EQ(world_->began.size(), 2U);
  die(last());
  EXPECT_EQ(ledger().holdings().size(), 1U);
}

TEST_F(TimeToLive, EndsManyEffectsOfOneLaneTogether) {
  carry_out(numbered(1));
  carry_out(numbered(2, order::BlockIp{*parse_address("203.0.113.10")}));
  world_->began.clear();
  pass(numbered(1).ttl + kEngineGrace);
  ASSERT_EQ(world_->began.size(), 1U);
  EXPECT_EQ(world_->began.back().task.lifted.size(), 2U);
}

TEST_F(TimeToLive, OfWhatTheEngineTookBackIsOver) {
  carry_out(numbered(1));
  order::Order unblock = numbered(2, order::UnblockIp{*parse_address("203.0.113.9"), false, {}});
  unblock.releases = action_number(1).value();
  carry_out(unblock);
  world_->began.clear();
  pass(numbered(1).ttl + kEngineGrace);
  EXPECT_TRUE(world_->began.empty());
}

TEST_F(OnStage, LooksAfterThePacketFiltersEveryTenSeconds) {
  after_ += kDriftPeriod;
  ASSERT_TRUE(steward_->tick(now()));
  ASSERT_EQ(last_kind(), TaskKind::mend);
  ASSERT_TRUE(steward_->tick(now()));
  EXPECT_EQ(world_->began.size(), 1U);
  end(last(), ResultWord::ok, "1");
  after_ += kDriftPeriod;
  ASSERT_TRUE(steward_->tick(now()));
  EXPECT_EQ(world_->began.size(), 2U);
}

}  // namespace
}  // namespace riposte::agent
