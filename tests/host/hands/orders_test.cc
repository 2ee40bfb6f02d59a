#include <csignal>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/base/hex.h"
#include "tests/host/hands/hands_lab.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;
using order::Purpose;
using order::Standing;
using ::testing::HasSubstr;

class Orders : public HandsLab {};

TEST_F(Orders, AreCarriedOutAndReported) {
  start();
  Link link(socket());
  const auto hello = link.welcome();
  ASSERT_TRUE(hello) << log();
  EXPECT_EQ(hello->machine_id, sample_order().machine_id);
  EXPECT_EQ(hello->journal_sequence, 0U);
  const auto victim = sleeper();
  const order::Order order = kill_order(victim);
  link.order(order);
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->action, order.action);
  EXPECT_EQ(report->result.word, ResultWord::ok) << report->result.detail;
  EXPECT_EQ(report->standing, Standing::ended);
  EXPECT_EQ(report->journal_id, hello->journal_id);
  EXPECT_FALSE(runs(victim));
}

TEST_F(Orders, ThatAreForgedExpiredOrForAnotherHostDoNothing) {
  start();
  Link link(socket());
  const auto victim = sleeper();
  link.order(kill_order(victim), 2);
  order::Order foreign = kill_order(victim);
  foreign.machine_id = "another";
  link.order(foreign);
  foreign = kill_order(victim);
  foreign.enrolment = 9;
  link.order(foreign);
  order::Order expired = kill_order(victim);
  expired.issued_at -= 10min;
  expired.expires_at = expired.issued_at + 5min;
  link.order(expired);
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->action, expired.action) << "the others are not even answered";
  EXPECT_EQ(report->standing, Standing::never_ran);
  EXPECT_FALSE(link.report(300ms));
  EXPECT_TRUE(runs(victim));
}

TEST_F(Orders, ThatAreReplayedAreAnsweredFromTheJournal) {
  start();
  Link link(socket());
  const auto victim = counter_of_terms("terms");
  const order::Order order = order_now(order::KillProcess{target(victim), false, 300ms});
  link.order(order);
  link.order(order);
  ASSERT_EQ(link.report()->result.word, ResultWord::ok);
  link.order(order);
  const auto again = link.report();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->already);
  EXPECT_EQ(again->result.word, ResultWord::ok);
  EXPECT_EQ(count_in("terms"), 1U);
}

TEST_F(Orders, OfAnotherUserAreNotEvenRead) {
  std::ofstream(at("mine")) << "x";
  if (::chown(at("mine").c_str(), 65534, 65534) != 0) GTEST_SKIP() << "this lab has one user";
  start();
  {
    const Link up(socket());
  }
  // The way there is open, so that the socket itself is asked.
  host_.output_of({"chmod", "0755", folder_.path().parent_path()});
  const auto answer_to_nobody = [this](bool open_to_all) {
    ::chmod(socket().c_str(), open_to_all ? 0666 : 0660);
    return host_.tells([this] {
      if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0)
        return std::string("cannot become nobody");
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      socket().native().copy(address.sun_path, sizeof address.sun_path - 1);
      const OwnedFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return std::string("not let in");
      char byte = 0;
      return std::string(::recv(fd.get(), &byte, 1, 0) <= 0 ? "shown the door" : "heard");
    });
  };
  EXPECT_EQ(answer_to_nobody(false), "not let in");
  EXPECT_EQ(answer_to_nobody(true), "shown the door");
  EXPECT_THAT(log(), HasSubstr("a connection of a user who may not"));
}

TEST_F(Orders, InNonsenseCutTheConnectionAndNothingElse) {
  start();
  Link link(socket());
  Link nonsense(socket());
  nonsense.send({order::FrameType::enrol, "me"});
  EXPECT_TRUE(nonsense.is_cut());
  Link garbage(socket());
  garbage.send({order::FrameType::order, "garbage"});
  garbage.send({order::FrameType::pong, "garbage"});
  garbage.send({order::FrameType::welcome, "garbage"});
  const auto victim = sleeper();
  link.order(kill_order(victim));
  EXPECT_EQ(link.report()->result.word, ResultWord::ok);
}

TEST_F(Orders, ThatComeFasterThanTheyCanBeCheckedCutTheConnection) {
  start();
  Link link(socket());
  try {
    for (int i = 0; i < 3000; ++i) link.order(kill_order(1), 2);
  } catch (const std::system_error&) {  // it was cut while we sent
  }
  EXPECT_TRUE(link.is_cut());
  EXPECT_THAT(log(), HasSubstr("a connection that sent too much is cut"));
  std::this_thread::sleep_for(1100ms);
  Link next(socket());
  EXPECT_TRUE(next.welcome());
}

/// The deed stands still at a crash point until its deadline ends it.
TEST_F(Orders, ThatHangAreEndedAndHoldUpNobody) {
  start("agent.before_act.kill_process:1:600000");
  Link link(socket());
  const auto stuck = sleeper();
  const auto other = sleeper();
  const auto began = std::chrono::steady_clock::now();
  link.order(kill_order(stuck));
  link.order(order_now(order::SuspendProcess{target(other)}));
  const auto quick = link.report();
  ASSERT_TRUE(quick) << log();
  EXPECT_EQ(quick->result.word, ResultWord::ok);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
  const auto slow = link.report();
  ASSERT_TRUE(slow) << log();
  EXPECT_GT(std::chrono::steady_clock::now() - began, 4s);
  EXPECT_THAT(slow->result.detail, HasSubstr("it did not end in time, and was ended"));
  EXPECT_TRUE(runs(stuck));
}

TEST_F(Orders, UnderWayKeepNobodyFromAnsweringThatTheProgramIsThere) {
  start("agent.before_act.kill_process:1:600000");
  Link link(socket());
  link.order(kill_order(sleeper()));
  link.send({order::FrameType::ping, ""});
  const auto pong = link.next(order::FrameType::pong, 2s);
  ASSERT_TRUE(pong) << log();
  EXPECT_EQ(pong->body, "");
}

TEST_F(Orders, AreCarriedOutWithThePrivilegesOfTheirVerbAlone) {
  start("agent.before_act.kill_process:1:600000");
  Link link(socket());
  link.order(kill_order(sleeper()));
  std::string child;
  ASSERT_TRUE(eventually([&] {
    child = host_.run({"sh", "-c", "pgrep -P $(pgrep -o -x riposte-agent-h)"}).output;
    if (!child.empty()) child.pop_back();
    return !child.empty();
  })) << log();
  std::this_thread::sleep_for(200ms);
  const std::string status = host_.output_of({"cat", "/proc/" + child + "/status"});
  constexpr unsigned long long kKillPtraceRead = (1ULL << 5) | (1ULL << 19) | (1ULL << 2);
  const auto capabilities = status.substr(status.find("CapEff:") + 7, 17);
  EXPECT_EQ(std::stoull(capabilities, nullptr, 16), kKillPtraceRead) << status;
  EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
  const std::string files = host_.output_of({"sh", "-c", "ls -l /proc/" + child + "/fd | grep -c '^l'"});
  EXPECT_LE(std::stoi(files), 7) << "standard streams, the talk, the lock and handles of its own";
  EXPECT_THAT(host_.output_of({"ls", "-l", "/proc/" + child + "/fd"}), testing::Not(HasSubstr("journal")));
}

TEST_F(Orders, ThatAPersonCarriedHereAreHandedOverByTheProgramItself) {
  start();
  {
    const Link up(socket());
  }
  const auto victim = sleeper();
  std::ofstream(at("kill.order")) << to_hex(encode(*sign(kill_order(victim), key_of(kEngine)))) << "\n";
  const Ran applied = host_.run(command({"apply", at("kill.order")}));
  EXPECT_EQ(applied.code, 0) << applied.output;
  EXPECT_THAT(applied.output, HasSubstr("ok: "));
  EXPECT_FALSE(runs(victim));
  std::ofstream(at("none.order")) << "nonsense";
  EXPECT_EQ(host_.run(command({"apply", at("none.order")})).code, 78);
}

TEST_F(Orders, AreTakenByOneProgramAtATime) {
  start();
  {
    const Link up(socket());
  }
  const Ran second = host_.run(command());
  EXPECT_EQ(second.code, 75) << second.output;
  EXPECT_THAT(second.output, HasSubstr("another riposte-agent-hands runs"));
  Link link(socket());
  EXPECT_TRUE(link.welcome()) << "the first one has lost its socket";
}

TEST_F(Orders, UnderWayAreSeenThroughWhenTheProgramIsAskedToEnd) {
  start();
  Link link(socket());
  const auto victim = counter_of_terms("terms");
  link.order(order_now(order::KillProcess{target(victim), false, 1s}));
  ASSERT_TRUE(eventually([&] { return count_in("terms") == 1; }));
  ::kill(program_, SIGTERM);
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, ResultWord::ok);
  EXPECT_TRUE(has_ended());
}

TEST_F(Orders, AreNotTakenWithAPolicyOrAnIdentityThatOthersCouldHaveWritten) {
  EXPECT_EQ(host_.run(command({"check"})).code, 0);
  std::filesystem::permissions(at("policy.yaml"), std::filesystem::perms(0666));
  Ran checked = host_.run(command({"check"}));
  EXPECT_EQ(checked.code, 1);
  EXPECT_THAT(checked.output, HasSubstr("can be written by others than its owner"));
  EXPECT_EQ(host_.run(command()).code, 78);
  write_policy("no_such_key: 1\n");
  EXPECT_THAT(host_.run(command({"check"})).output, HasSubstr("unknown key 'no_such_key'"));
  write_policy("");
  std::filesystem::remove(at("state") / "identity");
  EXPECT_EQ(host_.run(command({"check"})).code, 1);
  EXPECT_EQ(host_.run(command()).code, 78);
}

}  // namespace
}  // namespace riposte::test
