#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/deeds/filter_view.h"
#include "agent/deeds/plan.h"
#include "tests/host/deeds/filter_scene.h"

namespace riposte::agent {
namespace {

using order::Finding;
using std::chrono::hours;
using test::Conversation;
using test::Knock;
using test::knock;
using test::Line;
using test::Listener;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class BlockDeeds : public FilterScene {
 protected:
  /// The attacker without a role in the victim's network, so that it may be blocked.
  BlockDeeds() {
    victim_.output_of({"ip", "route", "del", "default"});
    victim_.output_of({"ip", "-6", "route", "del", "default"});
  }
  std::string whom() const { return lan_.v4(attacker_); }
};

TEST_F(BlockDeeds, ABlockAbortsWhatIsOpenAndIsProvenUntilItIsTakenBack) {
  int action = 0;
  for (const auto of : {&test::Network::v4, &test::Network::v6}) {
    const Listener here(victim_, (lan_.*of)(victim_)), there(attacker_, (lan_.*of)(attacker_));
    Conversation in(attacker_, here), out(victim_, there);
    const auto order = block(++action, there.address());
    const auto result = scene_.carry_out(order);
    EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
    EXPECT_EQ(fact_of(result.evidence, "flows_ended"), "2");
    EXPECT_EQ(in.server_end(), Line::reset);
    EXPECT_EQ(out.client_end(), Line::reset);
    EXPECT_EQ(knock(attacker_, here, kSoon), Knock::silent);
    EXPECT_EQ(knock(victim_, there, kSoon), Knock::silent);
    EXPECT_EQ(finding(order), Finding::proven) << scene_.verified(order).result.detail;
    EXPECT_THAT(ruleset(), HasSubstr(there.address() + " timeout 4h"));

    const int blocked = action++;
    const auto inverse = unblock(action, there.address(), blocked);
    EXPECT_EQ(does(inverse), ResultWord::ok);
    EXPECT_EQ(knock(attacker_, here), Knock::answered);
    EXPECT_EQ(finding(inverse), Finding::proven);
    EXPECT_EQ(finding(order), Finding::disproven);
    EXPECT_THAT(ruleset(), IsEmpty());
    EXPECT_EQ(does(unblock(++action, there.address())), ResultWord::already_done);
  }
  EXPECT_THAT(scene_.ledger.holdings().all(), IsEmpty());
}

TEST_F(BlockDeeds, AnAddressStaysForTheLongestOfItsHolds) {
  EXPECT_EQ(does(block(1, whom(), hours(9))), ResultWord::ok);
  EXPECT_EQ(fact_of(scene_.carry_out(block(2, whom(), hours(2))).evidence, "held_by"),
            action_number(1).value());
  EXPECT_THAT(ruleset(), HasSubstr("timeout 9h"));
  EXPECT_EQ(does(block(3, lan_.v4(victim_).substr(0, lan_.v4(victim_).rfind('.')) + ".77")), ResultWord::ok);

  const auto inverse = unblock(4, whom(), 1);
  const auto result = scene_.carry_out(inverse);
  EXPECT_EQ(result.word, ResultWord::ok);
  EXPECT_EQ(fact_of(result.evidence, "held_by"), action_number(2).value());
  EXPECT_THAT(result.detail, HasSubstr("stays blocked"));
  EXPECT_THAT(ruleset(), HasSubstr("timeout 2h"));
  EXPECT_EQ(finding(inverse), Finding::proven);
  EXPECT_EQ(does(unblock(5, whom(), 1)), ResultWord::already_done);

  EXPECT_EQ(scene_.taken_back({action_number(2)}).word, ResultWord::ok);
  EXPECT_THAT(ruleset(), Not(HasSubstr(whom() + " ")));
  EXPECT_THAT(ruleset(), HasSubstr(".77 timeout 4h"));
  EXPECT_EQ(scene_.taken_back({action_number(2)}).word, ResultWord::already_done);
  EXPECT_EQ(scene_.mended(), 0);
}

TEST_F(BlockDeeds, APersonMayLiftWhatAllHold) {
  does(block(1, whom()));
  does(block(2, whom()));
  EXPECT_EQ(does(unblock(3, whom())), ResultWord::ok);
  EXPECT_THAT(ruleset(), IsEmpty());
}

TEST_F(BlockDeeds, ManyThatEndAtOnceAreTakenBackAtOnce) {
  std::vector<ActionId> all;
  for (int i = 1; i <= 20; ++i) {
    EXPECT_EQ(does(block(i, "203.0.113." + std::to_string(i))), ResultWord::ok);
    if (i > 1) all.push_back(action_number(i));
  }
  EXPECT_EQ(scene_.taken_back(all).word, ResultWord::ok);
  EXPECT_THAT(ruleset(), HasSubstr("203.0.113.1 timeout"));
  EXPECT_THAT(ruleset(), Not(HasSubstr("203.0.113.2")));
}

TEST_F(BlockDeeds, WhatTheHostNeedsIsRefused) {
  victim_.output_of({"ip", "route", "add", "198.51.100.0/24", "via", lan_.v4(attacker_)});
  scene_.policy.never_addresses = {parse_network("10.99.0.0/16").value()};
  for (const std::string& needed : {lan_.v4(victim_), lan_.v6(victim_), lan_.v4(manager_), lan_.v4(attacker_),
                                    std::string("127.0.0.1"), std::string("::1"), std::string("224.0.0.1"),
                                    std::string("255.255.255.255"), std::string("10.99.3.4")})
    EXPECT_EQ(does(block(1, needed)), ResultWord::refused_guard) << needed;
  EXPECT_THAT(ruleset(), IsEmpty());
  EXPECT_THAT(scene_.ledger.holdings().all(), IsEmpty());
}

TEST_F(BlockDeeds, AfterACrashTheKernelTellsWhatBecameOfThem) {
  const auto begun = block(1, whom());
  ASSERT_NE(scene_.begin(begun), "");
  EXPECT_EQ(scene_.probed(begun).word, ResultWord::error);
  EXPECT_EQ(scene_.mended(), 1) << "who has begun holds";
  EXPECT_EQ(scene_.probed(begun).word, ResultWord::ok);

  const auto inverse = unblock(2, whom(), 1);
  ASSERT_NE(scene_.begin(inverse), "");
  EXPECT_EQ(scene_.probed(inverse).word, ResultWord::error);
  EXPECT_EQ(scene_.carry_out_only(unblock(3, whom(), 1)).word, ResultWord::ok);
  EXPECT_EQ(scene_.probed(inverse).word, ResultWord::ok);
}

TEST_F(BlockDeeds, AForeignFlushIsMendedAndWhatGotThroughIsEnded) {
  does(block(1, whom()));
  nft("flush ruleset");
  EXPECT_EQ(scene_.verified(block(1, whom())).finding, Finding::disproven);
  Conversation in(attacker_, Listener(victim_, lan_.v4(victim_)));
  EXPECT_EQ(in.talk(), Line::alive);
  EXPECT_EQ(scene_.mended(), 1);
  EXPECT_EQ(in.server_end(), Line::reset);
  EXPECT_EQ(scene_.verified(block(1, whom())).finding, Finding::proven);
  EXPECT_EQ(scene_.mended(), 0);
}

TEST_F(BlockDeeds, WhoeverChangesTheTableIsFoundOut) {
  does(block(1, whom()));
  for (const char* change :
       {"insert rule inet riposte_block riposte_in accept", "flush chain inet riposte_block riposte_out",
        "add chain inet riposte_block riposte_in { policy drop; }", "flush set inet riposte_block addresses4",
        "add element inet riposte_block addresses4 { 203.0.113.200 }",
        "add set inet riposte_block more { type ipv4_addr; }", "delete table inet riposte_block_laid"}) {
    nft(change);
    EXPECT_EQ(scene_.mended(), 1) << change;
    EXPECT_EQ(scene_.mended(), 0) << change;
    EXPECT_THAT(ruleset(), HasSubstr(whom() + " timeout"));
    EXPECT_THAT(ruleset(), Not(HasSubstr("203.0.113.200")));
  }
}

TEST_F(BlockDeeds, ABlockLaysDownTheWholeTableWhereItWasChanged) {
  does(block(1, "203.0.113.1"));
  nft("flush ruleset");
  does(block(2, "203.0.113.2"));
  EXPECT_THAT(ruleset(), HasSubstr("203.0.113.1 timeout"));
  EXPECT_THAT(ruleset(), HasSubstr("203.0.113.2 timeout"));
  EXPECT_EQ(scene_.mended(), 0);
}

TEST_F(BlockDeeds, WhatNobodyHoldsIsRemovedAndForeignTablesStay) {
  nft("table inet riposte_block { }\ntable inet firewall { }");
  EXPECT_EQ(scene_.mended(), 1);
  EXPECT_EQ(scene_.mended(), 0);
  EXPECT_EQ(ruleset(), "table inet firewall {\n}\n");
}

TEST_F(BlockDeeds, ABlockWhoseTimeIsNearlyOverIsNoReasonToMend) {
  does(block(1, whom()));
  does(block(2, "203.0.113.2", std::chrono::minutes(1)));
  nft("delete element inet riposte_block addresses4 { 203.0.113.2 }");
  EXPECT_EQ(scene_.mended(), 0);
}

TEST_F(BlockDeeds, APacketThatLeavesDisprovesWhatTheListingSays) {
  const auto order = block(1, whom());
  does(order);
  const std::string with_a_hole = render_blocks(wanted_blocks(scene_.ground(), {})) +
                                  "insert rule inet riposte_block riposte_out accept\n";
  victim_.does([&] {
    Nftables filters = Nftables::open().value();
    ASSERT_TRUE(lay(filters, block_table(), with_a_hole));
  });
  EXPECT_EQ(finding(order), Finding::disproven);
  EXPECT_THAT(scene_.verified(order).result.detail, HasSubstr("left this host"));
}

TEST_F(BlockDeeds, NoNameOfAnActionIsMoreThanAName) {
  does(block(1, whom()));
  for (const std::string& text : {std::string("; flush ruleset"), std::string("a\n}\nflush ruleset"),
                                  std::string("\0", 1), std::string(65536, 'x')}) {
    auto inverse = unblock(2, whom(), 1);
    inverse.releases = text;
    const auto result = scene_.carry_out_only(inverse);
    EXPECT_EQ(result.word, ResultWord::already_done);
    EXPECT_THAT(result.detail, HasSubstr("stays blocked"));
    EXPECT_TRUE(order::check(result).has_value());
  }
  EXPECT_EQ(scene_.mended(), 0);
}

TEST_F(BlockDeeds, AnOpenConnectionDisprovesABlock) {
  const auto order = block(1, whom());
  does(order);
  nft("delete element inet riposte_block addresses4 { " + whom() + " }");
  Conversation in(attacker_, Listener(victim_, lan_.v4(victim_)));
  nft("add element inet riposte_block addresses4 { " + whom() + " timeout 1h }");
  EXPECT_EQ(finding(order), Finding::disproven);
  EXPECT_THAT(scene_.verified(order).result.detail, HasSubstr("1 connections with it are open"));
}

}  // namespace
}  // namespace riposte::agent
