#include "tests/unit/hands/stage.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;
using order::FrameType;
using order::Standing;

class AnIsolation : public OnStage {
 protected:
  static order::Order isolate(int number = 1) { return numbered(number, order::IsolateHost{}); }
  /// Up to the point at which the network program is to reach the engine anew.
  void isolated() {
    order(isolate());
    pong();
    plan(last());
    end(last(), ResultWord::ok, "isolated");
  }
};

TEST_F(AnIsolation, IsProvenByTheEngineBeforeAndAfter) {
  order(isolate());
  EXPECT_TRUE(world_->began.empty()) << "the engine has not answered yet";
  pong();
  plan(last());
  end(last(), ResultWord::ok, "isolated");
  ASSERT_EQ(world_->told.size(), 1U);
  EXPECT_EQ(world_->told.back().type, FrameType::reconnect);
  EXPECT_EQ(reports(), 0U);
  welcome();
  pong();
  EXPECT_EQ(last_report().result.detail, "isolated");
  EXPECT_EQ(last_report().result.word, ResultWord::ok);
}

TEST_F(AnIsolation, IsNotBegunWhenTheEngineDoesNotAnswer) {
  order(isolate());
  pass(kPongWait);
  EXPECT_TRUE(world_->began.empty());
  EXPECT_EQ(last_report().result.word, ResultWord::error);
  EXPECT_EQ(last_report().standing, Standing::never_ran);
}

TEST_F(AnIsolation, IsNotBegunWithoutANetworkProgram) {
  world_->linked = false;
  order(isolate());
  EXPECT_TRUE(world_->began.empty());
  EXPECT_EQ(last_report().standing, Standing::never_ran);
}

TEST_F(AnIsolation, BelievesNoPongButTheEnginesAnswerToThisQuestion) {
  order(isolate());
  pong(kHostKey);
  ASSERT_TRUE(steward_->take_pong("nonsense", now()));
  const order::Pong old{"north", test::sample_order().machine_id, {99}, now().wall};
  ASSERT_TRUE(steward_->take_pong(encode(sign(old, test::key_of(kEngineKey))), now()));
  const order::Pong foreign{"north", "another", {1}, now().wall};
  ASSERT_TRUE(steward_->take_pong(encode(sign(foreign, test::key_of(kEngineKey))), now()));
  EXPECT_TRUE(world_->began.empty());
  pong();
  EXPECT_EQ(world_->began.size(), 1U);
}

TEST_F(AnIsolation, IsRolledBackWhenNoNewConnectionComes) {
  isolated();
  pass(kProofWait);
  ASSERT_EQ(last_kind(), TaskKind::take_back);
  EXPECT_EQ(reports(), 0U);
  end(last());
  EXPECT_EQ(last_report().result.word, ResultWord::error);
  EXPECT_EQ(last_report().result.detail, "channel lost, rolled back");
  EXPECT_EQ(ledger().holdings().size(), 0U);
}

TEST_F(AnIsolation, IsRolledBackWhenTheNewConnectionIsSilent) {
  isolated();
  pass(9s);
  welcome();
  EXPECT_EQ(world_->to_link.back().type, FrameType::ping);
  pass(1s);
  ASSERT_EQ(last_kind(), TaskKind::take_back) << "a welcome that nobody signed gives no further time";
}

TEST_F(AnIsolation, HoldsNothingEvenWhenRollingBackFails) {
  isolated();
  pass(kProofWait);
  die(last());
  EXPECT_EQ(last_report().result.word, ResultWord::error);
  EXPECT_EQ(ledger().holdings().size(), 0U) << "so that the packet filters are mended without it";
}

TEST_F(AnIsolation, ThatACrashInterruptedIsProvenAfterTheStartOrRolledBack) {
  isolated();
  restart();
  ASSERT_EQ(last_kind(), TaskKind::probe);
  end(last(), ResultWord::ok, "the table is there");
  EXPECT_EQ(world_->told.size(), 1U);
  steward_->greet();
  ASSERT_EQ(world_->told.size(), 2U) << "who comes late is told, too";
  EXPECT_EQ(world_->told.back().type, FrameType::reconnect);
  welcome();
  pong();
  EXPECT_EQ(last_report().result.word, ResultWord::ok);

  restart();
  EXPECT_TRUE(world_->began.empty());
}

TEST_F(AnIsolation, ThatACrashInterruptedIsRolledBackWhenNobodyComes) {
  isolated();
  restart();
  end(last(), ResultWord::ok, "the table is there");
  pass(kProofWaitAfterStart);
  ASSERT_EQ(last_kind(), TaskKind::take_back);
  end(last());
  EXPECT_EQ(last_report().result.detail, "channel lost, rolled back");
  EXPECT_EQ(ledger().holdings().size(), 0U);
}

TEST_F(AnIsolation, ThatACrashInterruptedAndThatIsNotThereHasFailed) {
  LocalPolicy unproven = permissive();
  unproven.require_channel_proof = false;
  for (const LocalPolicy& policy : {permissive(), unproven}) {
    const int number = static_cast<int>(ledger().size()) + 1;
    restart(policy);
    order(isolate(number));
    if (policy.require_channel_proof) pong();
    plan(last());
    restart(policy);
    end(last(), ResultWord::error, "it has had no effect");
    EXPECT_EQ(last_report().action, action_number(number));
    EXPECT_EQ(last_report().standing, Standing::ended);
  }
}

TEST_F(AnIsolation, IsVerifiedByTheEnginesAnswerAsWell) {
  isolated();
  welcome();
  pong();
  order::Order verify = isolate();
  verify.purpose = order::Purpose::verify;
  const auto look = [&] {
    order(verify);
    ASSERT_EQ(last_kind(), TaskKind::verify);
    ASSERT_TRUE(
        steward_->take_end(last(), Ending{{ResultWord::ok, "so it is", {}}, order::Finding::proven}, now()));
  };
  look();
  EXPECT_EQ(reports(), 1U);
  pong();
  EXPECT_EQ(last_report().finding, order::Finding::proven);
  look();
  pass(kPongWait);
  EXPECT_EQ(last_report().finding, order::Finding::disproven);
  EXPECT_EQ(last_report().result.detail, "isolated, and the engine does not answer");
  EXPECT_TRUE(steward_->is_idle());
}

TEST_F(AnIsolation, NeedsNoEngineWhereThePolicySaysSo) {
  LocalPolicy policy = permissive();
  policy.require_channel_proof = false;
  restart(policy);
  world_->linked = false;
  carry_out(isolate());
  EXPECT_EQ(last_report().result.word, ResultWord::ok);
}

TEST_F(AnIsolation, ThatFailsIsNotProven) {
  order(isolate());
  pong();
  plan(last());
  end(last(), ResultWord::error, "the kernel refuses");
  EXPECT_EQ(last_report().result.detail, "the kernel refuses");
}

}  // namespace
}  // namespace riposte::agent
