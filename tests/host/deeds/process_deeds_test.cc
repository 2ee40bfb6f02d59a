#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/plan.h"
#include "tests/host/deeds/deed_scene.h"
#include "tests/support/scratch.h"
#include "tests/support/victim.h"

namespace riposte::agent {
namespace {

using order::Finding;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A shell with a child of its own.
constexpr std::initializer_list<const char*> kParent{"/bin/sh", "-c", "sleep 600 & sleep 600 & wait"};

class ProcessDeeds : public ::testing::Test {
 protected:
  ProcessDeeds() { scene_.own = {agent_.pid()}; }
  void TearDown() override {
    for (const auto& process : list_processes())
      if (process.pid > 1 && process.pid != ::getpid()) ::kill(process.pid, SIGKILL);
  }

  static order::ProcessTarget target(pid_t pid) {
    return {.pid = pid,
            .start = read_process(pid)->started_at,
            .boot_id = {},
            .executable_sha256 = {},
            .not_after = SystemClock().now()};
  }
  static std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    for (const auto& process : list_processes())
      if (process.parent == parent && !process.is_gone()) children.push_back(process.pid);
    return children;
  }
  static std::vector<pid_t> wait_for_children(pid_t parent, std::size_t count) {
    return eventually([&] { return children_of(parent).size() >= count; }), children_of(parent);
  }
  static bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 1000 && !holds(); ++i) ::usleep(2000);
    return holds();
  }
  static RunState state_of(pid_t pid) {
    const auto process = read_process(pid);
    return process ? process->run_state : RunState::gone;
  }

  test::Victim agent_;
  DeedScene scene_;
};

TEST_F(ProcessDeeds, AKilledProcessIsProvenGoneWithWhatAnAnalystNeeds) {
  const test::Victim victim;
  const auto order = scene_.order_of(1, order::KillProcess{target(victim.pid()), false, {}});
  const auto result = scene_.carry_out(order);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  for (const char* name : {"exe", "sha256", "users", "command_line", "ppid", "start_ticks", "boot_id"})
    EXPECT_NE(fact_of(result.evidence, name), "") << name;
  EXPECT_EQ(scene_.verified(order).finding, Finding::proven);
  EXPECT_EQ(scene_.carry_out(scene_.order_of(2, order.command)).word, ResultWord::already_done);
}

TEST_F(ProcessDeeds, ALookKillsNobodyAndAProbeOfItSaysSo) {
  const test::Victim victim;
  const auto order = scene_.order_of(1, order::KillProcess{target(victim.pid()), true, {}});
  ASSERT_NE(scene_.begin(order), "");
  EXPECT_EQ(scene_.probed(order).word, ResultWord::error);
  EXPECT_THAT(scene_.probed(order).detail, HasSubstr("has had no effect"));
  EXPECT_EQ(scene_.verified(order).finding, Finding::disproven);
  ::kill(victim.pid(), SIGKILL);
  victim.wait_until_zombie();
  EXPECT_EQ(scene_.probed(order).word, ResultWord::ok);
}

TEST_F(ProcessDeeds, ATreeIsKilledAfterAllOfItWereAskedToEnd) {
  const test::Scratch scratch;
  const std::string asked = (scratch.path() / "asked").string();
  const std::string script = "trap 'touch " + asked +
                             "; exit' TERM; (trap '' TERM; exec sleep 600) & "
                             "while :; do sleep 0.01; done";
  const test::Victim root({"/bin/sh", "-c", script.c_str()});
  ASSERT_FALSE(wait_for_children(root.pid(), 1).empty());
  ::usleep(100'000);  // until the traps are set
  const auto order =
      scene_.order_of(1, order::KillProcess{target(root.pid()), true, std::chrono::milliseconds(300)});
  const auto result = scene_.carry_out(order);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  EXPECT_TRUE(std::filesystem::exists(asked));
  EXPECT_EQ(scene_.verified(order).finding, Finding::proven) << scene_.verified(order).result.detail;
  for (const auto& process : list_processes())
    EXPECT_TRUE(process.pid == 1 || process.pid == ::getpid() || process.pid == agent_.pid() ||
                process.is_gone())
        << process.pid;
}

TEST_F(ProcessDeeds, WhoeverIsLeftOfAFamilyDisprovesItsEndAndIsNamed) {
  const test::Victim root(kParent);
  const auto children = wait_for_children(root.pid(), 2);
  ASSERT_EQ(children.size(), 2U);
  const auto order = scene_.order_of(1, order::KillProcess{target(root.pid()), true, {}});
  ASSERT_NE(scene_.begin(order), "");
  ::kill(root.pid(), SIGKILL);
  ::kill(children.front(), SIGKILL);
  root.wait_until_zombie();
  ASSERT_TRUE(eventually([&] { return state_of(children.front()) == RunState::gone; }));
  const Verified verified = scene_.verified(order);
  EXPECT_EQ(verified.finding, Finding::disproven);
  EXPECT_THAT(fact_of(verified.result.evidence, "left"), HasSubstr(std::to_string(children.back()) + "@"));
  EXPECT_EQ(scene_.probed(order).word, ResultWord::unknown) << "it did have an effect";
}

TEST_F(ProcessDeeds, AFamilyOfWhichOnlyTheFirstStandsStillIsNotTakenForUntouched) {
  const test::Victim root(kParent);
  ASSERT_EQ(wait_for_children(root.pid(), 2).size(), 2U);
  const auto order = scene_.order_of(1, order::SuspendProcess{target(root.pid()), true});
  ASSERT_NE(scene_.begin(order), "");
  EXPECT_EQ(scene_.probed(order).word, ResultWord::error);
  ::kill(root.pid(), SIGSTOP);
  ASSERT_TRUE(eventually([&] { return state_of(root.pid()) == RunState::stopped; }));
  EXPECT_EQ(scene_.probed(order).word, ResultWord::unknown);
  EXPECT_THAT(scene_.probed(order).detail, HasSubstr("only a part"));
}

TEST_F(ProcessDeeds, ASuspendedTreeIsResumedAsATree) {
  const test::Victim root(kParent);
  const auto children = wait_for_children(root.pid(), 2);
  ASSERT_EQ(children.size(), 2U);
  const auto suspend = scene_.order_of(1, order::SuspendProcess{target(root.pid()), true});
  EXPECT_EQ(scene_.carry_out(suspend).word, ResultWord::ok);
  for (const pid_t child : children) EXPECT_EQ(state_of(child), RunState::stopped);
  EXPECT_EQ(scene_.verified(suspend).finding, Finding::proven);

  const auto resume = scene_.order_of(2, order::ResumeProcess{target(root.pid())}, suspend.action.value());
  const auto result = scene_.carry_out(resume);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  for (const pid_t child : children) EXPECT_EQ(state_of(child), RunState::running);
  EXPECT_EQ(scene_.verified(resume).finding, Finding::proven);
  EXPECT_EQ(scene_.verified(suspend).finding, Finding::disproven);
  EXPECT_THAT(scene_.ledger.holdings().all(), IsEmpty());
}

TEST_F(ProcessDeeds, WhoIsLeftOfASuspendedTreeIsResumedWithoutItsRoot) {
  test::Victim root(kParent);
  const auto children = wait_for_children(root.pid(), 2);
  const auto suspend = scene_.order_of(1, order::SuspendProcess{target(root.pid()), true});
  ASSERT_EQ(scene_.carry_out(suspend).word, ResultWord::ok);
  root.end();
  EXPECT_EQ(scene_.taken_back({suspend.action}).word, ResultWord::ok);
  for (const pid_t child : children) EXPECT_NE(state_of(child), RunState::stopped);
}

TEST_F(ProcessDeeds, WhatTwoActionsSuspendedRunsWhenTheLastLetsGo) {
  const test::Victim victim;
  const auto first = scene_.order_of(1, order::SuspendProcess{target(victim.pid()), false});
  const auto second = scene_.order_of(2, order::SuspendProcess{target(victim.pid()), false});
  EXPECT_EQ(scene_.carry_out(first).word, ResultWord::ok);
  EXPECT_EQ(scene_.carry_out(second).word, ResultWord::already_done);
  const auto resume = scene_.order_of(3, order::ResumeProcess{target(victim.pid())}, first.action.value());
  const auto result = scene_.carry_out(resume);
  EXPECT_EQ(result.word, ResultWord::ok);
  EXPECT_EQ(fact_of(result.evidence, "held_by"), second.action.value());
  EXPECT_EQ(victim.state(), 'T');
  EXPECT_EQ(scene_.verified(resume).finding, Finding::proven);
  EXPECT_EQ(scene_.taken_back({second.action}).word, ResultWord::ok);
  EXPECT_NE(victim.state(), 'T');
  EXPECT_EQ(scene_.taken_back({second.action}).word, ResultWord::already_done);
}

TEST_F(ProcessDeeds, WhatWasStoppedBeforeStaysSoWhenTheSuspensionEnds) {
  const test::Victim victim;
  ::kill(victim.pid(), SIGSTOP);
  ASSERT_TRUE(eventually([&] { return victim.state() == 'T'; }));
  for (const int action : {1, 2}) {
    const auto suspend = scene_.order_of(action, order::SuspendProcess{target(victim.pid()), false});
    EXPECT_EQ(scene_.carry_out(suspend).word, ResultWord::already_done);
  }
  scene_.taken_back({action_number(1)});
  EXPECT_EQ(scene_.taken_back({action_number(2)}).word, ResultWord::already_done);
  EXPECT_EQ(victim.state(), 'T');
}

TEST_F(ProcessDeeds, ASuspensionIsProbedByTheStateOfTheProcess) {
  const test::Victim victim;
  const auto suspend = scene_.order_of(1, order::SuspendProcess{target(victim.pid()), false});
  ASSERT_NE(scene_.begin(suspend), "");
  EXPECT_EQ(scene_.probed(suspend).word, ResultWord::error);
  ::kill(victim.pid(), SIGSTOP);
  ASSERT_TRUE(eventually([&] { return victim.state() == 'T'; }));
  EXPECT_EQ(scene_.probed(suspend).word, ResultWord::ok);
  ::kill(victim.pid(), SIGKILL);
  victim.wait_until_zombie();
  EXPECT_EQ(scene_.probed(suspend).word, ResultWord::not_found);
}

TEST_F(ProcessDeeds, AStrangerIsResumedOnlyAsWhoItIs) {
  const test::Victim victim;
  ::kill(victim.pid(), SIGSTOP);
  ASSERT_TRUE(eventually([&] { return victim.state() == 'T'; }));
  auto other = target(victim.pid());
  *other.start -= std::chrono::hours(1);
  EXPECT_EQ(scene_.carry_out(scene_.order_of(1, order::ResumeProcess{other})).word,
            ResultWord::refused_identity);
  EXPECT_EQ(victim.state(), 'T');
  EXPECT_EQ(scene_.carry_out(scene_.order_of(2, order::ResumeProcess{target(victim.pid())})).word,
            ResultWord::ok);
  EXPECT_NE(victim.state(), 'T');
}

TEST_F(ProcessDeeds, WhatTheOwnerProtectsIsRefusedEvenInsideATree) {
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
  EXPECT_EQ(scene_.carry_out(scene_.order_of(2, order::KillProcess{target(root.pid()), true, {}})).word,
            ResultWord::ok);
}

TEST_F(ProcessDeeds, TheAgentItsRelativesAndTheFirstProcessAreSafe) {
  for (const pid_t pid : {1, agent_.pid(), ::getpid()})
    EXPECT_EQ(scene_.carry_out(scene_.order_of(1, order::KillProcess{target(pid), false, {}})).word,
              ResultWord::refused_guard);
}

TEST_F(ProcessDeeds, AnotherProcessOrProgramIsNotKilled) {
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

TEST_F(ProcessDeeds, ARespawnIsReported) {
  const test::Scratch scratch;
  const std::string program = (scratch.path() / "payload").string();
  std::filesystem::copy_file("/usr/bin/sleep", program);
  const test::Victim victim({program.c_str(), "600"});
  const auto order = scene_.order_of(1, order::KillProcess{target(victim.pid()), false, {}});
  ASSERT_EQ(scene_.carry_out(order).word, ResultWord::ok);
  const test::Victim again({program.c_str(), "600"});
  const Verified verified = scene_.verified(order);
  EXPECT_EQ(verified.finding, Finding::proven);
  EXPECT_THAT(fact_of(verified.result.evidence, "respawned"), HasSubstr(std::to_string(again.pid())));
}

TEST_F(ProcessDeeds, NoTextOfAnOrderIsMoreThanAText) {
  const test::Victim victim;
  for (const std::string& text : {std::string("; rm -rf /"), std::string("$(id)"), std::string("a\nb"),
                                  std::string("a\0b", 3), std::string("--help"), std::string(65536, 'x')}) {
    auto other = target(victim.pid());
    other.boot_id = text;
    const auto by_boot = scene_.carry_out_only(scene_.order_of(1, order::KillProcess{other, true, {}}));
    EXPECT_EQ(by_boot.word, ResultWord::refused_identity);
    other = target(victim.pid());
    other.executable_sha256 = text;
    const auto by_hash = scene_.carry_out_only(scene_.order_of(2, order::SuspendProcess{other, false}));
    EXPECT_EQ(by_hash.word, ResultWord::refused_identity);
    for (const auto& result : {by_boot, by_hash}) {
      EXPECT_TRUE(order::check(result).has_value());
      EXPECT_THAT(result.detail, Not(HasSubstr("\n")));
    }
  }
  EXPECT_EQ(state_of(victim.pid()), RunState::running);
}

TEST_F(ProcessDeeds, NoNameThatAProcessGivesItselfLeavesItsLine) {
  const test::Scratch scratch;
  const std::string program = (scratch.path() / "a\nfamily 1@1\n$(id) --help").string();
  std::filesystem::copy_file("/usr/bin/sleep", program);
  const test::Victim victim({program.c_str(), "600"});
  const auto plan = scene_.begin(scene_.order_of(1, order::SuspendProcess{target(victim.pid()), false}));
  EXPECT_EQ(fact_of(decode_plan(plan), "family"), "");
  EXPECT_THAT(fact_of(decode_plan(plan), "exe"), HasSubstr("\\n$(id) --help"));
}

}  // namespace
}  // namespace riposte::agent
