#include "agent/deeds/filter_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/order_samples.h"

namespace riposte::agent {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const IpAddress kOne = *parse_address("192.0.2.1");
const IpAddress kTwo = *parse_address("2001:db8::2");
const std::vector<ManagementFlow> kManagement{{*parse_address("192.0.2.5"), 7443}};
const Instant kNow{test::kIssued, "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa", hours(100)};

ActionId id_of(char digit) { return ActionId(std::string(order::kActionIdDigits, digit)); }

Started started(char digit, order::Command command, Duration ttl, const std::string& plan = {}) {
  order::Order order = test::sample_order(std::move(command));
  order.action = id_of(digit);
  return {order, plan, kNow, later(kNow, ttl)};
}

struct Fixture {
  LocalPolicy policy{.management = kManagement};
  Ledger ledger;
  DeedGround ground() const { return {policy, ledger, {}, "", kNow}; }
};

TEST(SeveralIsolations, KeepWhatAllOfThemKeep) {
  const auto isolation = strictest(
      std::vector<IsolationWish>{{{{kOne, kTwo}, true, true}, {kOne, kTwo}}, {{{kTwo}, true, true}, {kTwo}}},
      kManagement);
  ASSERT_TRUE(isolation);
  EXPECT_THAT(isolation->kept, ElementsAre(kTwo));
  EXPECT_THAT(isolation->resolvers, ElementsAre(kTwo));
  EXPECT_TRUE(isolation->dhcp);
  EXPECT_EQ(isolation->management.size(), 1U);
}

TEST(SeveralIsolations, AllowWhatAllOfThemAllow) {
  const auto isolation = strictest(
      std::vector<IsolationWish>{{{{}, true, false}, {kOne}}, {{{}, false, true}, {kOne}}}, kManagement);
  EXPECT_THAT(isolation->resolvers, IsEmpty());
  EXPECT_FALSE(isolation->dhcp);
}

TEST(SeveralIsolations, OfNobodyAreNone) { EXPECT_FALSE(strictest({}, kManagement)); }

TEST(WantedIsolations, TakeTheirResolversFromTheirPlans) {
  Fixture host;
  host.ledger.apply(started('a', order::IsolateHost{{}, true, true}, hours(1), "resolvers 192.0.2.1\n"));
  EXPECT_THAT(wanted_isolation(host.ground(), {})->resolvers, ElementsAre(kOne));
  EXPECT_FALSE(wanted_isolation(host.ground(), std::vector{id_of('a')}));
  EXPECT_THAT(wanted_isolation(host.ground(), {}, IsolationWish{{}, {}})->resolvers, IsEmpty());
}

TEST(WantedIsolations, EndWithTheirTime) {
  Fixture host;
  host.ledger.apply(started('a', order::IsolateHost{}, Duration::zero()));
  EXPECT_FALSE(wanted_isolation(host.ground(), {}));
}

TEST(WantedBlocks, AreThoseThatAreHeldForWhatIsLeft) {
  Fixture host;
  host.ledger.apply(started('a', order::BlockIp{kOne}, hours(2)));
  host.ledger.apply(started('b', order::BlockIp{kTwo}, Duration::zero()));
  host.ledger.apply(started('c', order::BlockIp{kTwo}, hours(3)));
  const auto blocks = wanted_blocks(host.ground(), std::vector{id_of('c')}, Block{kTwo, minutes(5)});
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks.at(0).left, minutes(5));
  EXPECT_EQ(blocks.at(1).address, kOne);
  EXPECT_EQ(blocks.at(1).left, hours(2));
}

TEST(TimeLeft, IsCountedSinceBootAndByTheWallClockAfterAnother) {
  EXPECT_EQ(time_left(later(kNow, hours(1)), kNow), hours(1));
  Instant rebooted = later(kNow, minutes(20));
  rebooted.boot_id = "00000000-8a44-4d0a-9a56-2f54f9b6c3aa";
  rebooted.since_boot = minutes(1);
  EXPECT_EQ(time_left(later(kNow, hours(1)), rebooted), minutes(40));
  EXPECT_EQ(time_left({}, kNow), kBlockTimeMax);
}

TEST(Addresses, AreReadBackAndWhatIsNoneIsLeftOut) {
  const std::vector<IpAddress> addresses{kOne, kTwo};
  EXPECT_EQ(text_of(addresses), "192.0.2.1 2001:db8::2");
  EXPECT_EQ(addresses_in(" 192.0.2.1 x 2001:db8::2 192.0.2.1/8"), addresses);
}

}  // namespace
}  // namespace riposte::agent
