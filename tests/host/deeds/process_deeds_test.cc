#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/plan.h"
#include "tests/host/deeds/process_scene.h"
#include "tests/support/scratch.h"

namespace riposte::agent {
namespace {

using order::Finding;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A shell with a child of its own.
constexpr std::initializer_list<const char*> kParent{"/bin/sh", "-c", "sleep 600 & sleep 600 & wait"};

class ProcessDeeds : public ProcessScene {};

TEST_F(ProcessDeeds, AKilledProcessIsProvenGoneWithWhatAnAnalystNeeds) {
  const test::Victim victim;
  const auto order = scene_.order_of(1, order::KillProcess{target(victim.pid()), false, {}});
  const auto result = scene_.carry_out(order);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  for (const char* name : {"exe", "sha256", "users", "command_line", "ppid", "start_ticks", "boot_id"})
    EXPECT_NE(fact_of(result.evidence, name), "") << name;
  EXPECT_EQ(finding(order), Finding::proven);
  EXPECT_EQ(does(scene_.order_of(2, order.command)), ResultWord::already_done);
}

TEST_F(ProcessDeeds, ALookKillsNobodyAndAProbeOfItSaysSo) {
  const test::Victim victim;
  const auto order = scene_.order_of(1, order::KillProcess{target(victim.pid()), true, {}});
  ASSERT_NE(scene_.begin(order), "");
  EXPECT_EQ(scene_.probed(order).word, ResultWord::error);
  EXPECT_THAT(scene_.probed(order).detail, HasSubstr("has had no effect"));
  EXPECT_EQ(finding(order), Finding::disproven);
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
  EXPECT_EQ(finding(order), Finding::proven) << scene_.verified(order).result.detail;
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
  EXPECT_EQ(does(suspend), ResultWord::ok);
  for (const pid_t child : children) EXPECT_EQ(state_of(child), RunState::stopped);
  EXPECT_EQ(finding(suspend), Finding::proven);

  const auto resume = scene_.order_of(2, order::ResumeProcess{target(root.pid())}, suspend.action.value());
  const auto result = scene_.carry_out(resume);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  for (const pid_t child : children) EXPECT_EQ(state_of(child), RunState::running);
  EXPECT_EQ(finding(resume), Finding::proven);
  EXPECT_EQ(finding(suspend), Finding::disproven);
  EXPECT_THAT(scene_.ledger.holdings().all(), IsEmpty());
}

TEST_F(ProcessDeeds, WhoIsLeftOfASuspendedTreeIsResumedWithoutItsRoot) {
  test::Victim root(kParent);
  const auto children = wait_for_children(root.pid(), 2);
  const auto suspend = scene_.order_of(1, order::SuspendProcess{target(root.pid()), true});
  ASSERT_EQ(does(suspend), ResultWord::ok);
  root.end();
  EXPECT_EQ(scene_.taken_back({suspend.action}).word, ResultWord::ok);
  for (const pid_t child : children) EXPECT_NE(state_of(child), RunState::stopped);
}

TEST_F(ProcessDeeds, WhatTwoActionsSuspendedRunsWhenTheLastLetsGo) {
  const test::Victim victim;
  const auto first = scene_.order_of(1, order::SuspendProcess{target(victim.pid()), false});
  const auto second = scene_.order_of(2, order::SuspendProcess{target(victim.pid()), false});
  EXPECT_EQ(does(first), ResultWord::ok);
  EXPECT_EQ(does(second), ResultWord::already_done);
  const auto resume = scene_.order_of(3, order::ResumeProcess{target(victim.pid())}, first.action.value());
  const auto result = scene_.carry_out(resume);
  EXPECT_EQ(result.word, ResultWord::ok);
  EXPECT_EQ(fact_of(result.evidence, "held_by"), second.action.value());
  EXPECT_EQ(victim.state(), 'T');
  EXPECT_EQ(finding(resume), Finding::proven);
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
    EXPECT_EQ(does(suspend), ResultWord::already_done);
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
  EXPECT_EQ(does(scene_.order_of(1, order::ResumeProcess{other})), ResultWord::refused_identity);
  EXPECT_EQ(victim.state(), 'T');
  EXPECT_EQ(does(scene_.order_of(2, order::ResumeProcess{target(victim.pid())})), ResultWord::ok);
  EXPECT_NE(victim.state(), 'T');
}

TEST_F(ProcessDeeds, ARespawnIsReported) {
  const test::Scratch scratch;
  const std::string program = (scratch.path() / "payload").string();
  std::filesystem::copy_file("/usr/bin/sleep", program);
  const test::Victim victim({program.c_str(), "600"});
  const auto order = scene_.order_of(1, order::KillProcess{target(victim.pid()), false, {}});
  ASSERT_EQ(does(order), ResultWord::ok);
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
