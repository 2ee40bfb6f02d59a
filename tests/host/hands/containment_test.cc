#include <csignal>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/host/hands/containment_lab.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;
using order::FrameType;
using order::Standing;
using ::testing::Not;

class Containment : public ContainmentLab {};

TEST_F(Containment, BlocksAndUnblocksAnAddress) {
  const Listener door(host_, lan_.v4(host_));
  start();
  Link link(socket());
  const order::Order blocking = block();
  link.order(blocking);
  const auto blocked = link.report();
  ASSERT_TRUE(blocked) << log();
  EXPECT_EQ(blocked->result.word, ResultWord::ok) << blocked->result.detail;
  EXPECT_TRUE(blocked->undo_due);
  EXPECT_EQ(knock(attacker_, door), Knock::silent);
  order::Order verify = blocking;
  verify.purpose = order::Purpose::verify;
  link.order(verify);
  EXPECT_EQ(link.report()->finding, order::Finding::proven);
  order::Order unblock = order_now(order::UnblockIp{*parse_address(lan_.v4(attacker_)), false, {}});
  unblock.releases = blocking.action.value();
  link.order(unblock);
  EXPECT_EQ(link.report()->result.word, ResultWord::ok);
  EXPECT_EQ(knock(attacker_, door), Knock::answered);
  EXPECT_EQ(rules(), "");
}

TEST_F(Containment, SparesAnAddressFromRulesAndNotFromPeopleAfterAPersonsUnblocking) {
  start();
  Link link(socket());
  const order::Order blocking = block();
  link.order(blocking);
  ASSERT_EQ(link.report()->result.word, ResultWord::ok) << log();
  order::Order unblock = order_now(order::UnblockIp{*parse_address(lan_.v4(attacker_)), false, 10min});
  unblock.releases = blocking.action.value();
  unblock.by_person = true;
  link.order(unblock);
  ASSERT_EQ(link.report()->result.word, ResultWord::ok) << log();
  order::Order again = block();
  again.by_person = false;
  link.order(again);
  const auto refused = link.report();
  ASSERT_TRUE(refused) << log();
  EXPECT_EQ(refused->result.word, ResultWord::refused_guard) << refused->result.detail;
  EXPECT_FALSE(is_blocked());
  order::Order wanted = block();
  wanted.by_person = true;
  link.order(wanted);
  EXPECT_EQ(link.report()->result.word, ResultWord::ok) << log();
  EXPECT_TRUE(is_blocked());
}

TEST_F(Containment, RefusesToBlockTheEngine) {
  start();
  Link link(socket());
  link.order(order_now(order::BlockIp{*parse_address(lan_.v4(manager_))}));
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, ResultWord::refused_guard);
  EXPECT_EQ(rules(), "");
}

TEST_F(Containment, IsRepairedWhenSomebodyFlushesIt) {
  start();
  Link link(socket());
  link.order(block());
  ASSERT_EQ(link.report()->result.word, ResultWord::ok) << log();
  host_.output_of({"nft", "flush", "ruleset"});
  EXPECT_TRUE(eventually([this] { return is_blocked(); }, 15s)) << log();
  EXPECT_TRUE(eventually([this] {
    return log().find("packet filters were not as held, and are again") != std::string::npos;
  })) << log();
}

TEST_F(Containment, IsolatesWithTheEnginesAnswerBeforeAndAfter) {
  const Listener door(host_, lan_.v4(host_));
  const Listener engine(manager_, lan_.v4(manager_), 7443);
  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome()) << log();
  const order::Order isolating = isolate();
  link.order(isolating);
  answer_ping(link);
  ASSERT_TRUE(link.next(FrameType::reconnect)) << log();
  EXPECT_EQ(knock(attacker_, door), Knock::silent);
  EXPECT_EQ(knock(host_, engine), Knock::answered);
  ASSERT_TRUE(link.welcome());
  answer_ping(link);
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, ResultWord::ok) << report->result.detail;
  order::Order verify = isolating;
  verify.purpose = order::Purpose::verify;
  link.order(verify);
  answer_ping(link);
  const auto verified = link.report();
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->finding, order::Finding::proven) << verified->result.detail;
  order::Order release = order_now(order::UnisolateHost{true});
  release.releases.clear();
  link.order(release);
  EXPECT_EQ(link.report()->result.word, ResultWord::ok);
  EXPECT_EQ(knock(attacker_, door), Knock::answered);
}

TEST_F(Containment, IsNotBegunWhenTheEngineDoesNotAnswer) {
  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome()) << log();
  link.order(isolate());
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->standing, Standing::never_ran);
  EXPECT_EQ(rules(), "");
}

TEST_F(Containment, IsRolledBackWhenTheChannelIsLost) {
  const Listener door(host_, lan_.v4(host_));
  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome()) << log();
  link.order(isolate());
  answer_ping(link);
  ASSERT_TRUE(link.next(FrameType::reconnect)) << log();
  EXPECT_TRUE(is_isolated());
  const auto report = link.report(15s);
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, ResultWord::error);
  EXPECT_EQ(report->result.detail, "channel lost, rolled back");
  EXPECT_EQ(knock(attacker_, door), Knock::answered);
  EXPECT_EQ(rules(), "");
}

TEST_F(Containment, ThatACrashInterruptedIsProvenByTheNextProgram) {
  start("agent.after_effect");
  const order::Order isolating = isolate();
  {
    Link link(socket());
    ASSERT_TRUE(link.welcome()) << log();
    link.order(isolating);
    answer_ping(link);
    ASSERT_TRUE(has_ended()) << log();
  }
  EXPECT_TRUE(is_isolated());
  start();
  Link link(socket());
  ASSERT_TRUE(link.next(FrameType::reconnect)) << log();
  ASSERT_TRUE(link.welcome());
  answer_ping(link);
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, ResultWord::ok) << report->result.detail;
  EXPECT_TRUE(is_isolated());
}

/// Copying a large file stands still; a host in need is contained all the same.
TEST_F(Containment, DoesNotWaitForFilesThatHang) {
  start("agent.before_act.quarantine_file:1:600000");
  std::filesystem::create_directory(at("upload"));
  Link link(socket());
  for (int i = 0; i < 6; ++i) {
    const auto file = at("upload") / std::to_string(i);
    std::ofstream(file) << "malware";
    link.order(order_now(order::QuarantineFile{file.string(), {}, {}, {}}));
  }
  const auto victim = sleeper();
  const auto began = std::chrono::steady_clock::now();
  link.order(kill_order(victim));
  link.order(block());
  for (int i = 0; i < 2; ++i) {
    const auto report = link.report();
    ASSERT_TRUE(report) << log();
    EXPECT_EQ(report->result.word, ResultWord::ok) << report->result.detail;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
  EXPECT_FALSE(runs(victim));
  EXPECT_TRUE(is_blocked());
}

TEST_F(Containment, TakesAFileAwayAndGivesItBack) {
  start();
  std::filesystem::create_directory(at("upload"));
  const auto file = at("upload") / "x.sh";
  std::ofstream(file) << "malware";
  std::filesystem::permissions(file, std::filesystem::perms(0751));
  Link link(socket());
  const order::Order taking = order_now(order::QuarantineFile{file.string(), {}, {}, {}});
  link.order(taking);
  const auto taken = link.report();
  ASSERT_TRUE(taken) << log();
  EXPECT_EQ(taken->result.word, ResultWord::ok) << taken->result.detail;
  EXPECT_FALSE(std::filesystem::exists(file));
  link.order(order_now(order::RestoreFile{taking.action.value()}));
  const auto restored = link.report();
  ASSERT_TRUE(restored) << log();
  EXPECT_EQ(restored->result.word, ResultWord::ok) << restored->result.detail;
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0751));
}

class ABlockAndACrash : public Containment, public ::testing::WithParamInterface<const char*> {};

/// From the start on the journal says that it holds, so the world is made so.
TEST_P(ABlockAndACrash, EndWithTheBlockInForceAndReported) {
  start(GetParam());
  const order::Order blocking = block();
  {
    Link link(socket());
    link.order(blocking);
    ASSERT_TRUE(has_ended()) << log();
  }
  start();
  Link link(socket());
  ASSERT_TRUE(link.welcome()) << log();
  link.order(blocking);
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, ResultWord::ok) << report->result.detail;
  EXPECT_TRUE(is_blocked());
  EXPECT_THAT(rules(), Not(::testing::HasSubstr("riposte_isolation")));
}

INSTANTIATE_TEST_SUITE_P(AtEveryPoint, ABlockAndACrash,
                         ::testing::Values("agent.after_recv", "agent.after_started_fsync",
                                           "agent.after_effect", "agent.after_done_fsync",
                                           "agent.before_reply"));

}  // namespace
}  // namespace riposte::test
