#include "connectors/verify/process_verifier.h"

#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "agent/process/process_identity.h"
#include "connectors/process/process_evidence.h"
#include "tests/support/scratch.h"
#include "tests/support/victim.h"

namespace riposte {
namespace {

using test::Victim;
using ::testing::HasSubstr;

class ProcessVerification : public ::testing::Test {
 protected:
  /// An order about a process, with the evidence that its executor leaves.
  static Action action_about(const Victim& victim, ActionType type) {
    Action action;
    action.type = type;
    action.parameters = {{"pid", std::int64_t{victim.pid()}}};
    action.not_after = SystemClock().now();
    action.evidence = evidence_of(*read_process(victim.pid()));
    action.evidence["signal_ticks"] = std::to_string(ticks_since_boot());
    return action;
  }
  Action action(ActionType type) const { return action_about(victim_, type); }
  Proof check(const Action& action) { return verifier_.check(action, {}); }
  void stop() {
    ::kill(victim_.pid(), SIGSTOP);
    siginfo_t stopped{};
    ::waitid(P_PID, static_cast<id_t>(victim_.pid()), &stopped, WSTOPPED | WNOWAIT);
  }

  Victim victim_;
  ProcessVerifier verifier_;
};

TEST_F(ProcessVerification, ALivingProcessDisprovesAKill) {
  const Proof proof = check(action(ActionType::kill_process));
  EXPECT_EQ(proof.kind, Proof::Kind::disproven);
  EXPECT_THAT(proof.detail, HasSubstr("is in state"));
}

TEST_F(ProcessVerification, AnAbsentProcessProvesAKill) {
  const Action kill = action(ActionType::kill_process);
  victim_.end();
  EXPECT_EQ(check(kill).kind, Proof::Kind::proven);
}

TEST_F(ProcessVerification, AZombieProvesAKill) {
  const Action kill = action(ActionType::kill_process);
  ::kill(victim_.pid(), SIGKILL);
  victim_.wait_until_zombie();
  EXPECT_EQ(check(kill).kind, Proof::Kind::proven);
}

TEST_F(ProcessVerification, AStrangerWithTheSameNumberProvesAKillAndDisprovesTheRest) {
  for (const ActionType type :
       {ActionType::kill_process, ActionType::suspend_process, ActionType::resume_process}) {
    Action order = action(type);
    order.evidence["start_ticks"] = "1";
    EXPECT_EQ(check(order).kind,
              type == ActionType::kill_process ? Proof::Kind::proven : Proof::Kind::disproven);
  }
}

TEST_F(ProcessVerification, AProcessOfAnEarlierBootIsGone) {
  Action kill = action(ActionType::kill_process);
  kill.evidence["boot_id"] = "00000000-0000-0000-0000-000000000000";
  const Proof proof = check(kill);
  EXPECT_EQ(proof.kind, Proof::Kind::proven);
  EXPECT_THAT(proof.detail, HasSubstr("booted"));
}

TEST_F(ProcessVerification, WithoutEvidenceTheOrderItselfDecides) {
  Action kill = action(ActionType::kill_process);
  kill.evidence.clear();
  EXPECT_EQ(check(kill).kind, Proof::Kind::disproven);
  kill.not_after -= std::chrono::hours(1);
  EXPECT_EQ(check(kill).kind, Proof::Kind::proven);
}

TEST_F(ProcessVerification, ASuccessorOfTheSameProgramIsNamed) {
  const test::Scratch scratch;
  const std::string program = (scratch.path() / "payload").string();  // which nobody else starts meanwhile
  std::filesystem::copy_file("/bin/sleep", program);
  Victim victim({program.c_str(), "600"});
  const Action kill = action_about(victim, ActionType::kill_process);
  victim.end();
  EXPECT_THAT(check(kill).detail, Not(HasSubstr("again")));
  const Victim successor({program.c_str(), "600"});
  const Proof proof = check(kill);
  EXPECT_EQ(proof.kind, Proof::Kind::proven);
  EXPECT_THAT(proof.detail, HasSubstr("again as process " + std::to_string(successor.pid())));
}

TEST_F(ProcessVerification, OnlyAStoppedProcessIsSuspended) {
  EXPECT_EQ(check(action(ActionType::suspend_process)).kind, Proof::Kind::disproven);
  stop();
  EXPECT_EQ(check(action(ActionType::suspend_process)).kind, Proof::Kind::proven);
  EXPECT_EQ(check(action(ActionType::resume_process)).kind, Proof::Kind::disproven);
}

TEST_F(ProcessVerification, ARunningProcessIsResumed) {
  EXPECT_EQ(check(action(ActionType::resume_process)).kind, Proof::Kind::proven);
}

TEST_F(ProcessVerification, WhatHasGoneIsNeitherSuspendedNorResumed) {
  const Action suspend = action(ActionType::suspend_process);
  const Action resume = action(ActionType::resume_process);
  victim_.end();
  EXPECT_EQ(check(suspend).kind, Proof::Kind::disproven);
  EXPECT_EQ(check(resume).kind, Proof::Kind::disproven);
}

TEST_F(ProcessVerification, AnOrderWithoutANumberCannotBeChecked) {
  Action kill = action(ActionType::kill_process);
  kill.parameters.clear();
  EXPECT_EQ(check(kill).kind, Proof::Kind::unknown);
}

}  // namespace
}  // namespace riposte
