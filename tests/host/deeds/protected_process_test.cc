#include <csignal>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/mount.h>

#include "agent/deeds/plan.h"
#include "tests/host/deeds/process_scene.h"
#include "tests/support/lab_process.h"
#include "tests/support/nameless_program.h"
#include "tests/support/scratch.h"

namespace riposte::agent {
namespace {

using order::Finding;
using ::testing::HasSubstr;

/// The control groups are the machine's, so the lab only lays another answer over the kernel's.
class InUnit {
 public:
  InUnit(pid_t pid, const std::string& unit) : asked_("/proc/" + std::to_string(pid) + "/cgroup") {
    const std::string told = (folder_.path() / "cgroup").string();
    std::ofstream(told) << "0::/system.slice/" << unit << "\n";
    if (::mount(told.c_str(), asked_.c_str(), nullptr, MS_BIND, nullptr) != 0) ADD_FAILURE() << asked_;
  }
  InUnit(const InUnit&) = delete;
  InUnit& operator=(const InUnit&) = delete;
  ~InUnit() { ::umount2(asked_.c_str(), MNT_DETACH); }

 private:
  test::Scratch folder_;
  std::string asked_;
};

/// Whom an order does not touch, whatever it says.
class WhoIsSpared : public ProcessScene {};

TEST_F(WhoIsSpared, WhatTheOwnerProtectsIsRefusedEvenInsideATree) {
  const test::Victim root({"/bin/sh", "-c", "sleep 600 & wait"});
  ASSERT_EQ(wait_for_children(root.pid(), 1).size(), 1U);
  const pid_t child = children_of(root.pid()).front();
  const auto program_of = [](pid_t pid) { return read_process(pid)->executable; };
  ASSERT_TRUE(eventually([&] { return program_of(child) != program_of(root.pid()); }));
  const auto refused = [&](bool tree, const char* why) {
    for (const order::Command& command :
         {order::Command(order::KillProcess{target(root.pid()), tree, std::chrono::milliseconds(50)}),
          order::Command(order::SuspendProcess{target(root.pid()), tree})}) {
      const auto result = scene_.carry_out(scene_.order_of(1, command));
      EXPECT_EQ(result.word, ResultWord::refused_guard) << result.detail;
      EXPECT_THAT(result.detail, HasSubstr(why));
    }
    EXPECT_EQ(state_of(root.pid()), RunState::running);
  };
  scene_.policy.never_users = {"no-such-user", "root"};
  refused(false, "user 0");
  refused(true, "user 0");
  scene_.policy.never_users = {"0"};
  refused(false, "user 0");
  scene_.policy.never_users = {"nobody"};
  scene_.policy.protected_executables = {program_of(child)};
  refused(true, "a descendant of process");
  scene_.policy.protected_executables = {program_of(root.pid())};
  refused(false, "which the configuration protects");
  scene_.policy = generous_policy();
  scene_.policy.protected_units = {"shop.service"};
  {
    const InUnit belongs(root.pid(), "shop.service");
    refused(false, "belongs to shop.service");
    refused(true, "belongs to shop.service");
  }
  {
    const InUnit belongs(child, "shop.service");
    refused(true, "belongs to shop.service");
  }
  const InUnit belongs(child, "another.service");
  EXPECT_EQ(scene_.carry_out(scene_.order_of(2, order::KillProcess{target(root.pid()), true, {}})).word,
            ResultWord::ok);
}

TEST_F(WhoIsSpared, AStrangerWhomTheOwnerProtectsStaysAsHeIs) {
  const test::Victim victim;
  ::kill(victim.pid(), SIGSTOP);
  ASSERT_TRUE(eventually([&] { return victim.state() == 'T'; }));
  const InUnit belongs(victim.pid(), "shop.service");
  const auto resumed = [&](int action) {
    return scene_.carry_out(scene_.order_of(action, order::ResumeProcess{target(victim.pid())}));
  };
  const std::vector<void (*)(LocalPolicy&)> bounds{
      [](LocalPolicy& policy) { policy.never_users = {"root"}; },
      [](LocalPolicy& policy) { policy.protected_units = {"shop.service"}; },
      [](LocalPolicy& policy) { policy.protected_executables = {std::filesystem::canonical("/bin/sleep")}; }};
  int action = 0;
  for (const auto bind : bounds) {
    scene_.policy = generous_policy();
    bind(scene_.policy);
    const auto result = resumed(++action);
    EXPECT_EQ(result.word, ResultWord::refused_guard) << result.detail;
    EXPECT_EQ(victim.state(), 'T');
  }
  scene_.policy = generous_policy();
  EXPECT_EQ(resumed(++action).word, ResultWord::ok);
  EXPECT_NE(victim.state(), 'T');
}

TEST_F(WhoIsSpared, TheAgentItsRelativesAndTheFirstProcessAreSafe) {
  for (const pid_t pid : {1, agent_.pid(), ::getpid()})
    EXPECT_EQ(scene_.carry_out(scene_.order_of(1, order::KillProcess{target(pid), false, {}})).word,
              ResultWord::refused_guard);
}

TEST_F(WhoIsSpared, AnotherProcessOrProgramIsNotKilled) {
  const test::Victim victim;
  auto other = target(victim.pid());
  other.executable_sha256 = std::string(order::kSha256Digits, 'a');
  EXPECT_EQ(scene_.carry_out(scene_.order_of(1, order::KillProcess{other, false, {}})).word,
            ResultWord::refused_identity);
  other = target(victim.pid());
  other.boot_id = "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa";
  EXPECT_EQ(scene_.carry_out(scene_.order_of(2, order::KillProcess{other, true, {}})).word,
            ResultWord::refused_identity);
  EXPECT_NE(victim.state(), 'Z');
}

/// In memory only, or removed from the disk while it runs: neither has a path that leads to it.
TEST_F(WhoIsSpared, AProgramWithoutAFileIsKilledByTheHashOfItsBytes) {
  const test::Scratch scratch;
  const test::NamelessProgram program("one of a kind");
  const std::string file = (scratch.path() / "payload").string();
  std::ofstream(file, std::ios::binary) << program.bytes();
  std::filesystem::permissions(file, std::filesystem::perms(0755));
  const std::string hash = test::output_of(test::kHere, {"sha256sum", file}).substr(0, order::kSha256Digits);
  const test::Victim in_memory({program.path().c_str(), "600"}), removed({file.c_str(), "600"});
  std::filesystem::remove(file);
  int action = 0;
  for (const test::Victim* victim : {&in_memory, &removed}) {
    auto meant = target(victim->pid());
    meant.executable_sha256 = std::string(order::kSha256Digits, 'a');
    const auto refused = scene_.carry_out(scene_.order_of(++action, order::KillProcess{meant, false, {}}));
    EXPECT_EQ(refused.word, ResultWord::refused_identity) << refused.detail;
    EXPECT_EQ(state_of(victim->pid()), RunState::running);
    meant.executable_sha256 = hash;
    const auto order = scene_.order_of(++action, order::KillProcess{meant, false, {}});
    const auto killed = scene_.carry_out(order);
    EXPECT_EQ(killed.word, ResultWord::ok) << killed.detail;
    EXPECT_EQ(fact_of(killed.evidence, "sha256"), hash);
    EXPECT_THAT(fact_of(killed.evidence, "exe"), HasSubstr(" (deleted)"));
    EXPECT_EQ(scene_.verified(order).finding, Finding::proven);
  }
}

}  // namespace
}  // namespace riposte::agent
