#include <algorithm>
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/deeds/filter_view.h"
#include "agent/deeds/plan.h"
#include "agent/filter/local_network.h"
#include "tests/host/deeds/filter_scene.h"

namespace riposte::agent {
namespace {

using order::Finding;
using test::Conversation;
using test::Knock;
using test::knock;
using test::Line;
using test::Listener;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class IsolationDeeds : public FilterScene {
 protected:
  Listener management_{manager_, lan_.v4(manager_), kManagementPort};
};

TEST_F(IsolationDeeds, AnIsolatedHostTalksToItsManagementAloneUntilItIsReleased) {
  const Listener here4(victim_, lan_.v4(victim_)), here6(victim_, lan_.v6(victim_));
  Conversation v4(attacker_, here4), v6(attacker_, here6), managed(victim_, management_);
  const auto order = isolate(1);
  const auto result = scene_.carry_out(order);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  EXPECT_EQ(fact_of(result.evidence, "flows_ended"), "2");
  EXPECT_THAT(fact_of(result.evidence, "management"), HasSubstr(lan_.v4(manager_) + " port 7443"));
  EXPECT_EQ(v4.server_end(), Line::reset);
  EXPECT_EQ(v6.server_end(), Line::reset);
  EXPECT_EQ(managed.talk(), Line::alive);
  for (const Listener* here : {&here4, &here6}) EXPECT_EQ(knock(attacker_, *here, kSoon), Knock::silent);
  EXPECT_EQ(knock(victim_, management_), Knock::answered);
  EXPECT_EQ(finding(order), Finding::proven) << scene_.verified(order).result.detail;

  const auto inverse = unisolate(2, 1);
  EXPECT_EQ(does(inverse), ResultWord::ok);
  EXPECT_THAT(ruleset(), IsEmpty());
  EXPECT_EQ(knock(attacker_, here4), Knock::answered);
  EXPECT_EQ(finding(inverse), Finding::proven);
  EXPECT_EQ(finding(order), Finding::disproven);
  EXPECT_EQ(does(unisolate(3)), ResultWord::already_done);
}

TEST_F(IsolationDeeds, TheStrictestHolderCountsAndTheLastOneLifts) {
  const Listener there(attacker_, lan_.v4(attacker_));
  EXPECT_EQ(does(isolate(1, {.keep = {address(lan_.v4(attacker_))}})), ResultWord::ok);
  EXPECT_EQ(knock(victim_, there), Knock::answered);
  EXPECT_EQ(does(isolate(2)), ResultWord::ok);
  EXPECT_EQ(knock(victim_, there, kSoon), Knock::silent);
  EXPECT_EQ(does(isolate(3)), ResultWord::already_done);

  EXPECT_EQ(scene_.taken_back({action_number(3)}).word, ResultWord::ok);
  const auto inverse = unisolate(4, 2);
  const auto result = scene_.carry_out(inverse);
  EXPECT_EQ(result.word, ResultWord::ok);
  EXPECT_EQ(fact_of(result.evidence, "held_by"), action_number(1).value());
  EXPECT_EQ(knock(victim_, there), Knock::answered);
  EXPECT_THAT(ruleset(), HasSubstr("riposte_isolation"));
  EXPECT_EQ(finding(inverse), Finding::proven);
  EXPECT_EQ(finding(isolate(1)), Finding::proven);

  EXPECT_EQ(scene_.taken_back({action_number(1)}).word, ResultWord::ok);
  EXPECT_THAT(ruleset(), IsEmpty());
  EXPECT_EQ(scene_.taken_back({action_number(1)}).word, ResultWord::already_done);
}

TEST_F(IsolationDeeds, WithoutManagementThereIsNone) {
  scene_.policy.management.clear();
  EXPECT_EQ(does(isolate(1)), ResultWord::refused_guard);
  EXPECT_THAT(ruleset(), IsEmpty());
  EXPECT_THAT(scene_.ledger.holdings().all(), IsEmpty());
}

TEST_F(IsolationDeeds, AfterACrashTheKernelTellsWhatBecameOfIt) {
  const auto begun = isolate(1);
  ASSERT_NE(scene_.begin(begun), "");
  EXPECT_EQ(scene_.probed(begun).word, ResultWord::error);
  EXPECT_EQ(scene_.mended(), 1);
  EXPECT_EQ(scene_.probed(begun).word, ResultWord::ok);
  const auto inverse = unisolate(2, 1);
  ASSERT_NE(scene_.begin(inverse), "");
  EXPECT_EQ(scene_.probed(inverse).word, ResultWord::error);
  EXPECT_EQ(scene_.carry_out_only(unisolate(3, 1)).word, ResultWord::ok);
  EXPECT_EQ(scene_.probed(inverse).word, ResultWord::ok);
}

TEST_F(IsolationDeeds, AFlushIsMendedTogetherWithTheBlocks) {
  does(isolate(1));
  does(block(2, "203.0.113.9"));
  nft("flush ruleset");
  EXPECT_EQ(finding(isolate(1)), Finding::disproven);
  Conversation in(attacker_, Listener(victim_, lan_.v4(victim_)));
  EXPECT_EQ(scene_.mended(), 2);
  EXPECT_EQ(in.server_end(), Line::reset);
  EXPECT_EQ(finding(isolate(1)), Finding::proven);
  EXPECT_EQ(scene_.mended(), 0);
}

TEST_F(IsolationDeeds, AHoleInTheTableDisprovesItAndIsMended) {
  does(isolate(1));
  for (const std::string& hole :
       {std::string("insert rule inet riposte_isolation riposte_out accept"),
        std::string("add chain inet riposte_isolation riposte_in { policy accept; }"),
        "add element inet riposte_isolation kept4 { " + lan_.v4(attacker_) + " }",
        std::string("delete chain inet riposte_isolation riposte_through")}) {
    nft(hole.starts_with("delete") ? "flush chain inet riposte_isolation riposte_through\n" + hole : hole);
    EXPECT_EQ(finding(isolate(1)), Finding::disproven) << hole;
    EXPECT_EQ(scene_.mended(), 1) << hole;
    EXPECT_EQ(finding(isolate(1)), Finding::proven) << hole;
  }
}

TEST_F(IsolationDeeds, WhereAPacketMayLeaveIsNotAsked) {
  const auto order = isolate(1, {.keep = {address("192.0.2.1")}});
  does(order);
  EXPECT_EQ(finding(order), Finding::proven) << scene_.verified(order).result.detail;
}

TEST_F(IsolationDeeds, APacketThatLeavesDisprovesWhatTheListingSays) {
  const auto order = isolate(1);
  does(order);
  const Isolation wanted = wanted_isolation(scene_.ground(), {}).value();
  const std::string with_a_hole =
      render_isolation(wanted) + "insert rule inet riposte_isolation riposte_out accept\n";
  victim_.does([&] {
    Nftables filters = Nftables::open().value();
    ASSERT_TRUE(lay(filters, isolation_table(wanted), with_a_hole));
  });
  EXPECT_THAT(scene_.verified(order).result.detail,
              AllOf(HasSubstr("a packet for 192.0.2.1 left"), HasSubstr("a packet for 2001:db8::1 left")));
  EXPECT_EQ(finding(order), Finding::disproven);
}

TEST_F(IsolationDeeds, AnOpenConnectionDisprovesIt) {
  does(isolate(1));
  const test::OwnedFd stray = victim_.socket(AF_INET, SOCK_DGRAM);
  const IpAddress peer = address(lan_.v4(attacker_));
  sockaddr_in there{.sin_family = AF_INET, .sin_port = htons(53)};
  std::copy_n(peer.bytes.begin(), 4, reinterpret_cast<std::uint8_t*>(&there.sin_addr));
  ASSERT_EQ(::connect(stray.get(), reinterpret_cast<const sockaddr*>(&there), sizeof(there)), 0);
  EXPECT_THAT(scene_.verified(isolate(1)).result.detail, HasSubstr("1 connections are open"));
}

TEST_F(IsolationDeeds, ItsResolversAreThoseOfItsBeginning) {
  const auto order = isolate(1, {.allow_dns = true});
  const std::string plan = scene_.begin(order);
  const auto resolvers = read_local_network().value().resolvers;
  EXPECT_EQ(fact_of(decode_plan(plan), "resolvers"), text_of(resolvers));
  scene_.ledger = {};
  scene_.ledger.apply(Started{order, "resolvers 198.51.100.53\n", DeedScene::now(), {}});
  EXPECT_EQ(scene_.mended(), 1);
  EXPECT_THAT(ruleset(), HasSubstr("198.51.100.53 . 53"));
}

TEST_F(IsolationDeeds, OneThatIsHeldIsNotLaidDownWithoutManagement) {
  does(isolate(1));
  scene_.policy.management.clear();
  const std::string told = victim_.tells([&] { return mend_filters(scene_.ground()).error().text(); });
  EXPECT_THAT(told, HasSubstr("names no management any more"));
  EXPECT_THAT(ruleset(), HasSubstr("riposte_isolation"));
}

TEST(FilterDeeds, WithoutTheRightToChangeNetworksAreErrors) {
  test::Lab lab;
  const DeedScene scene;
  const std::string told = lab.host("plain").tells([&] {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0) return std::string("as root");
    const DeedGround ground = scene.ground();
    const auto deed = make_deed(scene.order_of(1, order::BlockIp{*parse_address("203.0.113.9")}), ground);
    const auto plan = deed->look();
    const auto result = plan ? deed->act({}) : plan.error();
    return std::string(name_of(result.word)) + ": " + result.detail;
  });
  EXPECT_THAT(told, AllOf(HasSubstr("error"), HasSubstr("CAP_NET_ADMIN")));
}

}  // namespace
}  // namespace riposte::agent
