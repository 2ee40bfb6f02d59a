#include "tests/unit/hands/stage.h"

namespace riposte::agent {
namespace {

using order::Standing;

class APolicyThatChanges : public OnStage {
 protected:
  static LocalPolicy without_blocks() {
    LocalPolicy policy = permissive();
    policy.allow.erase(order::Verb::block_ip);
    return policy;
  }
  void adopt(LocalPolicy policy) { ASSERT_TRUE(steward_->adopt(std::move(policy), now())); }
};

TEST_F(APolicyThatChanges, RefusesFromThenOnWhatItForbids) {
  adopt(without_blocks());
  order(numbered(1));
  EXPECT_TRUE(world_->began.empty());
  EXPECT_EQ(last_report().result.word, ResultWord::refused_guard);
  EXPECT_EQ(last_report().standing, Standing::never_ran);
  adopt(permissive());
  order(numbered(2));
  EXPECT_EQ(last_kind(), TaskKind::carry_out);
}

TEST_F(APolicyThatChanges, TakesNoOrderBackThatWasAccepted) {
  order(numbered(1));
  order(numbered(2));  // waits for the lane
  adopt(without_blocks());
  plan(last());
  end(last());
  EXPECT_EQ(last_report().result.word, ResultWord::ok);
  ASSERT_EQ(last_kind(), TaskKind::carry_out);
  EXPECT_EQ(world_->began.back().task.order->action, action_number(2));
  plan(last());
  end(last());
  EXPECT_EQ(last_report().result.word, ResultWord::ok);
  EXPECT_EQ(ledger().holdings().size(), 2U);
}

TEST_F(APolicyThatChanges, IsWhatChildrenGoByFromThenOn) {
  order(numbered(1));
  EXPECT_EQ(world_->policy_of_last, permissive());
  LocalPolicy guarding = permissive();
  guarding.never_users = {"postgres"};
  adopt(guarding);
  order(numbered(2, order::KillProcess{test::sample_process()}));
  EXPECT_EQ(world_->policy_of_last, guarding);
}

TEST_F(APolicyThatChanges, KeepsWhatTheRatesCounted) {
  LocalPolicy slow = permissive();
  slow.rates = {{order::Verb::block_ip, {1, 1}}};
  restart(slow);
  order(numbered(1));
  adopt(slow);
  order(numbered(2));
  EXPECT_EQ(last_report().action, action_number(2));
  EXPECT_EQ(last_report().result.word, ResultWord::refused_guard);
}

TEST_F(APolicyThatChanges, HasThePacketFiltersLaidDownAsItWantsThemAtOnce) {
  adopt(permissive());
  ASSERT_TRUE(steward_->tick(now()));
  EXPECT_EQ(last_kind(), TaskKind::mend);
}

TEST_F(APolicyThatChanges, IsNotTakenWhenItWouldCutAnIsolatedHostOffForGood) {
  LocalPolicy unproven = permissive();
  unproven.require_channel_proof = false;
  restart(unproven);
  carry_out(numbered(1, order::IsolateHost{}));
  LocalPolicy none = unproven;
  none.management.clear();
  const auto refused = steward_->adopt(none, now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_EQ(steward_->keeper().policy(), unproven);
  order::Order release = numbered(2, order::UnisolateHost{true});
  release.releases.clear();
  carry_out(release);
  ASSERT_EQ(ledger().holdings().size(), 0U) << last_report().result.detail;
  EXPECT_TRUE(steward_->adopt(none, now()));
}

}  // namespace
}  // namespace riposte::agent
