#include "tests/support/lab.h"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <unistd.h>

#include "tests/support/lab_talk.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {
namespace {

using ::testing::HasSubstr;

class ThreeHosts : public ::testing::Test {
 protected:
  Lab lab_;
  Host& attacker_ = lab_.host("attacker");
  Host& victim_ = lab_.host("victim");
  Host& manager_ = lab_.host("manager");
  Network& lan_ = lab_.network({attacker_, victim_, manager_});
};

TEST_F(ThreeHosts, ReachEachOtherOverBothProtocols) {
  for (const Host* server : {&attacker_, &victim_, &manager_})
    for (const std::string& address : {lan_.v4(*server), lan_.v6(*server)}) {
      const Listener door(*server, address);
      for (const Host* client : {&attacker_, &victim_, &manager_})
        EXPECT_EQ(knock(*client, door), Knock::answered) << client->name() << " to " << address;
    }
}

TEST_F(ThreeHosts, TalkUntilACableIsPulledAndGoOnWhenItIsBack) {
  for (const std::string& address : {lan_.v4(victim_), lan_.v6(victim_)}) {
    const Listener door(victim_, address);
    Conversation talk(attacker_, door);
    EXPECT_EQ(talk.talk(), Line::alive);
    EXPECT_EQ(talk.talk_back(), Line::alive);
    lan_.cut(victim_);
    EXPECT_EQ(talk.talk(), Line::silent);
    EXPECT_EQ(knock(attacker_, door), Knock::silent);
    EXPECT_EQ(talk.client_end(), Line::silent);
    lan_.heal(victim_);
    EXPECT_EQ(talk.talk(std::chrono::seconds(10)), Line::alive);  // TCP tries again ever more slowly
  }
}

TEST_F(ThreeHosts, AClosedDoorAnswersWithARefusal) {
  auto door = std::make_unique<Listener>(victim_, lan_.v4(victim_));
  const std::uint16_t port = door->port();
  EXPECT_EQ(knock(attacker_, lan_.v4(victim_), port), Knock::answered);
  door.reset();
  EXPECT_EQ(knock(attacker_, lan_.v4(victim_), port), Knock::refused);
}

TEST_F(ThreeHosts, HaveLinkLocalAddressesToo) {
  const std::string scope = "%" + lan_.interface();
  std::string found =
      victim_.output_of({"ip", "-brief", "-6", "addr", "show", "scope", "link", "dev", lan_.interface()});
  found = found.substr(found.find("fe80"));
  const std::string address = found.substr(0, found.find('/')) + scope;
  EXPECT_EQ(knock(attacker_, Listener(victim_, address)), Knock::answered);
}

TEST_F(ThreeHosts, ARuleOnOneHostIsARuleOfThatHostAlone) {
  victim_.output_of(
      {"nft", "-f", "-"},
      "table inet wall { chain in { type filter hook input priority 0; tcp dport 80 drop; }; }\n");
  const Listener walled(victim_, lan_.v6(victim_), 80);
  const Listener free(manager_, lan_.v6(manager_), 80);
  EXPECT_EQ(knock(attacker_, walled), Knock::silent);
  EXPECT_EQ(knock(attacker_, free), Knock::answered);
  EXPECT_THAT(victim_.output_of({"nft", "list", "tables"}), HasSubstr("inet wall"));
  EXPECT_EQ(manager_.output_of({"nft", "list", "tables"}), "");
  EXPECT_EQ(output_of(kHere, {"nft", "list", "tables"}), "");
}

TEST_F(ThreeHosts, WhatTheKernelEndsIsSeenAtBothEnds) {
  const Listener door(victim_, lan_.v4(victim_));
  const Conversation talk(attacker_, door);
  victim_.output_of(
      {"ss", "--kill", "--tcp", "--numeric", "src", lan_.v4(victim_), "dst", lan_.v4(attacker_)});
  EXPECT_EQ(talk.server_end(), Line::reset);
  EXPECT_EQ(talk.client_end(), Line::reset);
}

TEST(LabHost, HasItsOwnNameProcessesAndRun) {
  Lab lab;
  const Host& web = lab.host("web01");
  EXPECT_EQ(web.output_of({"uname", "-n"}), "web01\n");
  EXPECT_EQ(web.tells([] { return std::to_string(::getppid()); }), "0");  // its parent is outside
  std::ofstream("/run/outside") << "seen";
  EXPECT_NE(web.run({"cat", "/run/outside"}).code, 0);
}

TEST(LabHost, SharesTheTemporaryFilesOfTheTest) {
  Lab lab;
  const Host& web = lab.host("web01");
  const TemporaryDirectory scratch;
  web.does([&] { std::ofstream(scratch.path() / "note") << "from the host"; });
  EXPECT_EQ(output_of(kHere, {"cat", (scratch.path() / "note").string()}), "from the host");
}

TEST(LabHost, TakesItsProcessesWithIt) {
  pid_t running = 0;
  {
    Lab lab;
    running = lab.host("web01").start({"sleep", "600"});
    EXPECT_EQ(::kill(running, 0), 0);
  }
  EXPECT_EQ(::kill(running, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(LabHost, TellsHowAProgramEnded) {
  Lab lab;
  const Host& web = lab.host("web01");
  EXPECT_EQ(web.run({"sh", "-c", "cat; echo lost >&2; exit 3"}, "given ").code, 3);
  EXPECT_EQ(web.run({"sh", "-c", "cat; echo lost >&2"}, "given ").output, "given lost\n");
  EXPECT_EQ(web.run({"sh", "-c", "kill -9 $$"}).code, 137);
  EXPECT_EQ(web.run({"no-such-program"}).code, 127);
  EXPECT_THROW(web.output_of({"false"}), std::runtime_error);
}

TEST(LabHost, AFailedExpectationOnAHostFailsTheTest) {
  Lab lab;
  const Host& web = lab.host("web01");
  // What catches the failure here would catch it there as well, but for other threads.
  const auto fails = [] { std::thread([] { ADD_FAILURE() << "meant to fail"; }).join(); };
  EXPECT_NONFATAL_FAILURE(web.does(fails), "web01");
  EXPECT_NONFATAL_FAILURE(web.does([] { throw std::runtime_error("meant to be thrown"); }), "web01");
  EXPECT_THROW(web.does([] { std::abort(); }), std::runtime_error);
}

TEST(LabHost, ItsNetworkIsSeenFromAThreadOfTheTest) {
  Lab lab;
  Host& web = lab.host("web01");
  const Network& lan = lab.network({web});
  std::string seen;
  web.in_network([&] { seen = output_of(kHere, {"ip", "-o", "addr"}); });
  EXPECT_THAT(seen, HasSubstr(lan.v4(web) + "/24"));
  EXPECT_THAT(seen, HasSubstr(lan.v6(web) + "/64"));
}

}  // namespace
}  // namespace riposte::test
