#include "agent/filter/blocks.h"

#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "agent/filter/nftables.h"
#include "agent/filter/open_flows.h"
#include "tests/host/filter/filter_lab.h"
#include "tests/support/lab_namespaces.h"
#include "tests/support/lab_talk.h"

namespace riposte::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

class BlockedAddress : public FilterLab {
 protected:
  void block_attacker(Duration left = hours(1)) const {
    apply(render_blocks(
        std::vector<Block>{{address(lan_.v4(attacker_)), left}, {address(lan_.v6(attacker_)), left}}));
  }
};

// Each direction is looked at with datagrams, to which no answer has to come back, between hosts that know
// each other as neighbours: a new neighbour would not be found either.
TEST_F(BlockedAddress, IsNotReachedAndDoesNotReach) {
  for (const auto of : {&Network::v4, &Network::v6}) {
    EXPECT_TRUE(arrives(attacker_, 0, victim_, (lan_.*of)(victim_), 5000));
    EXPECT_TRUE(arrives(victim_, 0, attacker_, (lan_.*of)(attacker_), 5000));
  }
  block_attacker();
  for (const auto of : {&Network::v4, &Network::v6}) {
    const Listener here(victim_, (lan_.*of)(victim_)), there(attacker_, (lan_.*of)(attacker_)),
        manager(manager_, (lan_.*of)(manager_));
    EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent) << here.address();
    EXPECT_EQ(knock(victim_, there, kSoon), Knock::silent) << there.address();
    EXPECT_EQ(knock(manager_, here), Knock::answered) << here.address();
    EXPECT_EQ(knock(victim_, manager), Knock::answered) << manager.address();
    EXPECT_FALSE(arrives(attacker_, 0, victim_, here.address(), 5000));
    EXPECT_FALSE(arrives(victim_, 0, attacker_, there.address(), 5000));
  }
}

TEST_F(BlockedAddress, LosesItsLiveConnectionsAtOnceWhoeverBeganThem) {
  for (const auto of : {&Network::v4, &Network::v6}) {
    const Listener here(victim_, (lan_.*of)(victim_)), there(attacker_, (lan_.*of)(attacker_));
    Conversation in(attacker_, here), out(victim_, there), other(manager_, here);
    block_attacker();
    EXPECT_EQ(in.talk(), Line::silent);  // a rule alone leaves it hanging
    EXPECT_EQ(in.server_end(), Line::silent);
    EXPECT_EQ(end(flows_with(address(there.address()))), 2U);
    EXPECT_EQ(in.server_end(), Line::reset);
    EXPECT_EQ(out.client_end(), Line::reset);
    EXPECT_EQ(other.talk(), Line::alive);
    apply(render_blocks({}));
  }
}

TEST_F(BlockedAddress, IsLiftedByTheKernelWhenItsTimeIsOver) {
  const Listener here(victim_, lan_.v4(victim_));
  block_attacker(seconds(2));
  EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent);
  std::this_thread::sleep_for(milliseconds(2100));
  EXPECT_EQ(knock(attacker_, here), Knock::answered);
}

TEST_F(BlockedAddress, StaysForTheTimeThatWasSaidLast) {
  const Listener here(victim_, lan_.v4(victim_)), here6(victim_, lan_.v6(victim_));
  const Block v4{address(lan_.v4(attacker_)), seconds(1)}, v6{address(lan_.v6(attacker_)), seconds(600)};
  for (const Block& block : {v4, v6}) apply(render_block(block));
  apply(render_block({v4.address, seconds(600)}));
  apply(render_block({v6.address, seconds(1)}));
  std::this_thread::sleep_for(milliseconds(1200));
  EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent);
  EXPECT_EQ(knock(attacker_, here6), Knock::answered);
}

TEST_F(BlockedAddress, MayBeBlockedForTheLongestTime) {
  apply(render_block({address(lan_.v4(attacker_)), Duration::max()}));
  EXPECT_EQ(knock(attacker_, Listener(victim_, lan_.v4(victim_)), kSoon), Knock::silent);
}

TEST_F(BlockedAddress, IsReachedAgainWhenItIsTakenBackAndOnlyThat) {
  const Listener here(victim_, lan_.v4(victim_)), here6(victim_, lan_.v6(victim_));
  block_attacker();
  apply(render_unblock(address(lan_.v4(attacker_))));
  EXPECT_EQ(knock(attacker_, here), Knock::answered);
  EXPECT_EQ(knock(attacker_, here6, kSoon), Knock::silent);
  apply(render_unblock(address(lan_.v4(attacker_))));
  apply(render_blocks({}));
  EXPECT_EQ(knock(attacker_, here6, seconds(5)),
            Knock::answered);  // asks again for the neighbour each second
  EXPECT_EQ(victim_tables(), "");
}

TEST_F(BlockedAddress, IsInTheKernelAsTheListingSays) {
  block_attacker(seconds(600));
  const Listener here(victim_, lan_.v4(victim_));
  EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent);
  victim_.does([&] {
    const auto listed = blocks_in(Nftables::open()->list_json(kBlockTable).value());
    ASSERT_EQ(listed->size(), 2U);
    EXPECT_EQ(listed->front().address, address(lan_.v4(attacker_)));
    EXPECT_GE(listed->front().packets, 1U);
    EXPECT_EQ(listed->back().packets, 0U);
    EXPECT_GT(listed->back().left, seconds(590));
    EXPECT_LE(listed->back().left, seconds(600));
  });
  const std::string seen = victim_.output_of({"nft", "list", "set", "inet", "riposte_block", "addresses4"});
  EXPECT_THAT(seen, HasSubstr(lan_.v4(attacker_) + " counter packets"));
  EXPECT_THAT(seen, HasSubstr("timeout 10m expires 9m5"));
}

TEST_F(BlockedAddress, IsToldFromOneThatOthersBlocked) {
  block_attacker();
  victim_.output_of({"nft", "add", "element", "inet", "riposte_block", "addresses4", "{", "192.0.2.1", "}"});
  victim_.does([] {
    const auto listed = blocks_in(Nftables::open()->list_json(kBlockTable).value());
    const auto foreign = std::ranges::find(listed.value(), Duration::max(), &BlockInForce::left);
    ASSERT_NE(foreign, listed->end());
    EXPECT_EQ(foreign->address, address("192.0.2.1"));
  });
}

TEST_F(BlockedAddress, IsStoppedByTheSameRulesHoweverOftenItChanges) {
  block_attacker();
  const std::string once = victim_.output_of({"nft", "-s", "list", "ruleset"});
  for (int i = 0; i < 3; ++i) apply(render_block({address(lan_.v4(attacker_)), hours(1)}));
  apply(render_block({address("203.0.113.9"), hours(1)}));
  apply(render_unblock(address("203.0.113.9")));
  EXPECT_EQ(victim_.output_of({"nft", "-s", "list", "ruleset"}), once);
}

TEST_F(BlockedAddress, IsBackWithAllRulesAfterOthersFlushedThem) {
  const Listener here(victim_, lan_.v4(victim_));
  block_attacker();
  victim_.output_of({"nft", "flush", "table", "inet", "riposte_block"});
  EXPECT_EQ(knock(attacker_, here), Knock::answered);
  apply(render_block({address("203.0.113.9"), seconds(600)}));
  EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent);
  victim_.output_of({"nft", "flush", "ruleset"});
  apply(render_block({address(lan_.v4(attacker_)), seconds(600)}));
  EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent);
}

TEST_F(BlockedAddress, ListingTellsWhetherSomebodyChangedTheTable) {
  const auto listed = [&] {
    return victim_.tells(
        [&] { return Nftables::open()->list(kBlockTable, Nftables::Elements::left_out).value(); });
  };
  EXPECT_EQ(listed(), "");
  block_attacker();
  const std::string untouched = listed();
  const Listener here(victim_, lan_.v4(victim_));
  EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent);
  EXPECT_EQ(listed(), untouched);
  EXPECT_THAT(untouched, Not(HasSubstr(lan_.v4(attacker_))));
  victim_.output_of({"nft", "insert", "rule", "inet", "riposte_block", "riposte_in", "accept"});
  EXPECT_NE(listed(), untouched);
  block_attacker();
  EXPECT_EQ(listed(), untouched);
}

TEST_F(BlockedAddress, IsOneOfTenThousandInOneTransaction) {
  if (!lab_is_of_root()) GTEST_SKIP() << "the kernel takes so long a message from the machine's root alone";
  constexpr std::uint32_t kMany = 10'000;
  std::vector<Block> blocks{{address(lan_.v4(attacker_)), hours(1)}};
  for (std::uint32_t i = 0; i < kMany; ++i) {
    Block block{.address = address(i % 2 == 0 ? "198.18.0.0" : "2001:db8::"), .left = hours(1)};
    const std::size_t last = block.address.v6 ? 14 : 2;
    block.address.bytes[last] = static_cast<std::uint8_t>(i >> 8U);
    block.address.bytes[last + 1] = static_cast<std::uint8_t>(i);
    blocks.push_back(block);
  }
  apply(render_blocks(blocks));
  const auto listing =
      nlohmann::json::parse(victim_.output_of({"nft", "-j", "list", "table", "inet", "riposte_block"}));
  std::size_t elements = 0;
  for (const auto& object : listing["nftables"])
    if (object.contains("set")) elements += object["set"]["elem"].size();
  EXPECT_EQ(elements, kMany + 1);
  EXPECT_EQ(victim_.tells([&] {
    return std::to_string(blocks_in(Nftables::open()->list_json(kBlockTable).value())->size());
  }),
            std::to_string(kMany + 1));
  EXPECT_EQ(knock(attacker_, Listener(victim_, lan_.v4(victim_)), kSoon), Knock::silent);
}

TEST_F(BlockedAddress, ABrokenTextChangesNothing) {
  block_attacker();
  const std::string before = victim_.output_of({"nft", "-s", "list", "ruleset"});
  victim_.does([] {
    auto filters = Nftables::open();
    for (const std::string& broken : {render_blocks({}) + "add rule inet riposte_block in drop\n",
                                      render_blocks({}) + "add rule inet nowhere nothing drop\n"}) {
      const auto applied = filters->apply(broken);
      ASSERT_FALSE(applied.has_value());
      EXPECT_EQ(applied.error().code, Errc::invalid);
      EXPECT_THAT(applied.error().text(), HasSubstr("packet filters were left as they were"));
      EXPECT_THAT(applied.error().text(), Not(HasSubstr("\n")));
    }
    EXPECT_TRUE(filters->has(kBlockTable).value());
  });
  EXPECT_EQ(victim_.output_of({"nft", "-s", "list", "ruleset"}), before);
}

class BlockedFromContainers : public ContainerLab {};

TEST_F(BlockedFromContainers, InBothDirections) {
  for (const auto of : {&Network::v4, &Network::v6}) {
    const Listener inside(container_, (inner_.*of)(container_)), outside(attacker_, (lan_.*of)(attacker_));
    EXPECT_EQ(knock(attacker_, inside), Knock::answered);
    EXPECT_EQ(knock(container_, outside), Knock::answered);
    apply(render_block({address(outside.address()), hours(1)}));
    EXPECT_FALSE(arrives(attacker_, 0, container_, inside.address(), 5000));
    EXPECT_FALSE(arrives(container_, 0, attacker_, outside.address(), 5000));
  }
}

}  // namespace
}  // namespace riposte::test
