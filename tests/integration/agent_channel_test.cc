#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/order/pong.h"
#include "tests/integration/fleet.h"

namespace riposte {
namespace {

using order::Frame;
using order::FrameType;
using test::FakeHands;
using test::Fleet;
using test::kPatience;

constexpr auto kAction = "0123456789abcdef0123456789abcdef";

struct AgentChannel : testing::Test, Fleet {
  void TearDown() override {
    if (!HasFailure()) return;
    for (const auto& file : {log(), scratch.path() / "enroll.log"})
      if (std::ifstream text(file); text) std::cerr << file.filename() << ":\n" << text.rdbuf() << "\n";
  }
};

TEST_F(AgentChannel, EnrolsAHostAndCarriesOrdersDownAndReportsUp) {
  ASSERT_EQ(enroll(new_token()), 0);
  FakeHands hands(state(), socket());
  const auto link = start_link();
  ASSERT_TRUE(told.connected(1));
  EXPECT_EQ(told.last_hello()->machine_id, machine_id());
  EXPECT_EQ(told.last_hello()->journal_sequence, 7U);
  EXPECT_TRUE(server->is_connected(machine_id()));
  ASSERT_TRUE(server->send(machine_id(), {FrameType::order, "an order"}));
  EXPECT_EQ(hands.await(FrameType::order)->body, "an order");
  hands.send({FrameType::report, order::encode(hands.sign_report(kAction))});
  const auto report = told.report();
  ASSERT_TRUE(report);
  const auto ring = *order::KeyRing::of({{registry->find(machine_id())->report_key, WallTime{}}});
  EXPECT_EQ(order::open_report(*report, ring, clock.now())->action, ActionId(kAction));
}

TEST_F(AgentChannel, AnswersAPingOfTheHandsSignedOverANewConnectionToo) {
  ASSERT_EQ(enroll(new_token()), 0);
  FakeHands hands(state(), socket());
  const auto link = start_link();
  ASSERT_TRUE(told.connected(1));
  const order::Nonce nonce{1, 2, 3};
  const auto ring = *agent::ring_of(hands.identity());
  for (int round = 0; round < 2; ++round) {
    hands.send({FrameType::ping, order::encode(nonce)});
    const auto pong = hands.await(FrameType::pong);
    ASSERT_TRUE(pong);
    const auto sealed = *order::decode_signed<order::Domain::pong>(pong->body);
    EXPECT_EQ(order::open_pong(sealed, ring, nonce, clock.now())->machine_id, machine_id());
    hands.send({FrameType::reconnect, ""});
    ASSERT_TRUE(told.connected(static_cast<std::size_t>(round) + 2));
  }
}

TEST_F(AgentChannel, EnrolsOnceWithATokenAndNotWithAWrongOne) {
  const std::string token = new_token();
  ASSERT_EQ(enroll(token), 0);
  const auto before = registry->find(machine_id());
  EXPECT_EQ(enroll(token), 4);
  EXPECT_EQ(registry->find(machine_id()), before);
  std::string forged = token;
  forged.back() = forged.back() == '0' ? '1' : '0';
  EXPECT_EQ(enroll(forged), 4) << "the engine is not the one that the token names";
  EXPECT_EQ(enroll("hello"), 1);
}

TEST_F(AgentChannel, LeavesTheLinksFilesToItsUserAndTheRestToRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  user = "nobody";
  const std::string token = new_token();
  EXPECT_EQ(enroll(token), 1) << "its user cannot come to the folder of the link, which burns no token";
  std::filesystem::permissions(scratch.path(), std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  ASSERT_EQ(enroll(token), 0);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else asks
  const uid_t nobody = ::getpwnam("nobody")->pw_uid;
  const auto owner = [](const std::filesystem::path& path) {
    struct stat seen{};
    EXPECT_EQ(::lstat(path.c_str(), &seen), 0) << path;
    return seen.st_uid;
  };
  for (const char* file : {"link", "link/key.pem", "link/cert.pem", "link/ca.pem", "link/engines"})
    EXPECT_EQ(owner(state() / file), nobody) << file;
  for (const char* file : {"", "identity", "report.key"}) EXPECT_EQ(owner(state() / file), 0U) << file;
  user = "nobody-of-that-name";
  EXPECT_EQ(enroll(new_token()), 1);
}

TEST_F(AgentChannel, CutsARevokedHostAtOnceAndTheLinkEnds) {
  ASSERT_EQ(enroll(new_token()), 0);
  FakeHands hands(state(), socket());
  auto link = start_link();
  ASSERT_TRUE(told.connected(1));
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(registry->revoke(machine_id(), "alice", "stolen", clock.now()));
  ASSERT_TRUE(told.lost(1));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  EXPECT_FALSE(server->is_connected(machine_id()));
  EXPECT_FALSE(server->send(machine_id(), {FrameType::order, "too late"}));
  const auto status = link.wait_for(kPatience);
  ASSERT_TRUE(status) << "it comes back, is told that it is not wanted, and ends";
  EXPECT_EQ(WEXITSTATUS(*status), 4);
}

TEST_F(AgentChannel, EndsTheConnectionOfAnOlderEnrolment) {
  ASSERT_EQ(enroll(new_token()), 0);
  const auto old_state = scratch.path() / "old";
  std::filesystem::copy(state(), old_state, std::filesystem::copy_options::recursive);
  ASSERT_EQ(enroll(new_token()), 0);
  EXPECT_EQ(registry->find(machine_id())->enrolment, 2U);
  std::filesystem::remove_all(state());
  std::filesystem::rename(old_state, state());
  FakeHands hands(state(), socket());
  auto link = start_link();
  const auto status = link.wait_for(kPatience);
  ASSERT_TRUE(status);
  EXPECT_EQ(WEXITSTATUS(*status), 4);
  EXPECT_EQ(hands.welcomes(), 0U);
}

TEST_F(AgentChannel, ComesBackWhenTheEngineRestarts) {
  ASSERT_EQ(enroll(new_token()), 0);
  FakeHands hands(state(), socket());
  const auto link = start_link();
  ASSERT_TRUE(told.connected(1));
  restart_server();
  ASSERT_TRUE(told.lost(1));
  ASSERT_TRUE(told.connected(2));
  ASSERT_TRUE(server->send(machine_id(), {FrameType::order, "after the restart"}));
  EXPECT_EQ(hands.await(FrameType::order)->body, "after the restart");
}

TEST_F(AgentChannel, ComesBackWhenTheLinkRestarts) {
  ASSERT_EQ(enroll(new_token()), 0);
  FakeHands hands(state(), socket());
  {
    auto link = start_link();
    ASSERT_TRUE(told.connected(1));
    link.signal(SIGTERM);
    const auto status = link.wait_for(kPatience);
    ASSERT_TRUE(status);
    EXPECT_EQ(*status, 0);
  }
  ASSERT_TRUE(told.lost(1));
  {
    auto link = start_link();
    ASSERT_TRUE(told.connected(2));
    link.signal(SIGKILL);
    ASSERT_TRUE(told.lost(2));
  }
  const auto link = start_link();
  EXPECT_TRUE(told.connected(3));
}

TEST_F(AgentChannel, IsThereOnlyWhileTheHandsAre) {
  ASSERT_EQ(enroll(new_token()), 0);
  const auto link = start_link();
  {
    const FakeHands hands(state(), socket());
    ASSERT_TRUE(told.connected(1));
  }
  ASSERT_TRUE(told.lost(1));
  const FakeHands hands(state(), socket());
  EXPECT_TRUE(told.connected(2));
}

TEST_F(AgentChannel, LetsNobodyInWhoseHelloIsOfAnotherEnrolment) {
  ASSERT_EQ(enroll(new_token()), 0);
  FakeHands hands(state(), socket());
  hands.say_enrolment(2);
  const auto link = start_link();
  ASSERT_TRUE(hands.await(FrameType::welcome));
  ASSERT_TRUE(hands.await(FrameType::welcome)) << "it was cut off and came again";
  EXPECT_FALSE(server->is_connected(machine_id()));
  EXPECT_FALSE(told.last_hello());
}

TEST_F(AgentChannel, LetsTheNewestConnectionOfAHostCount) {
  ASSERT_EQ(enroll(new_token()), 0);
  FakeHands hands(state(), socket());
  auto first = start_link();
  ASSERT_TRUE(told.connected(1));
  first.signal(SIGSTOP);
  FakeHands others(state(), scratch.path() / "others.sock");
  const test::ChildProcess second({.argv = {RIPOSTE_AGENT_PROGRAM, "run", "--state", state().string(),
                                            "--socket", (scratch.path() / "others.sock").string()},
                                   .directory = scratch.path(),
                                   .output = log()});
  ASSERT_TRUE(told.connected(2));
  EXPECT_TRUE(told.lost(1));
  ASSERT_TRUE(server->send(machine_id(), {FrameType::order, "to the newer"}));
  EXPECT_EQ(others.await(FrameType::order)->body, "to the newer");
}

TEST_F(AgentChannel, RenewsACertificateOfWhichTwoThirdsAreOver) {
  ASSERT_EQ(enroll(new_token()), 0);
  const auto link_folder = state() / "link";
  const auto key = *tls::PrivateKey::read(link_folder / "key.pem");
  const auto request = *tls::CertificateRequest::from_pem(*tls::new_request(key, "web01"));
  const auto old = *keys.authority.sign_agent(request, machine_id(), clock.now() - std::chrono::days(61));
  ASSERT_TRUE(old.write(link_folder / "cert.pem"));
  ASSERT_TRUE(registry->offer_certificate(machine_id(), old.fingerprint()));
  FakeHands hands(state(), socket());
  const auto link = start_link();
  ASSERT_TRUE(told.connected(2)) << "once with the old, once with the new";
  const auto now = *tls::Certificate::read(link_folder / "cert.pem");
  EXPECT_NE(now.fingerprint(), old.fingerprint());
  EXPECT_TRUE(now.belongs_to(*tls::PrivateKey::read(link_folder / "key.pem")));
  EXPECT_EQ(registry->find(machine_id())->certificate_fingerprint, now.fingerprint());
  EXPECT_FALSE(registry->find_certificate(old.fingerprint()));
}

}  // namespace
}  // namespace riposte
