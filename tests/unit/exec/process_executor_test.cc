#include "connectors/exec/process_executor.h"

#include <algorithm>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/unit/exec/process_world.h"

namespace riposte {
namespace {

using test::ProcessWorld;
using test::Victim;
using ::testing::Contains;
using ::testing::HasSubstr;

class ProcessExecution : public ::testing::Test {
 protected:
  Outcome execute(const Action& action) { return world_.executor.execute(action, {}); }
  ProcessWorld world_;
};

TEST_F(ProcessExecution, KillsAndKeepsTheIdentityAsEvidence) {
  const auto identity = *read_process(world_.victim.pid());
  const Outcome outcome = execute(world_.order_with_start(ActionType::kill_process));
  EXPECT_EQ(outcome.kind, Outcome::Kind::ok) << outcome.detail;
  EXPECT_EQ(world_.victim.state(), 'Z');
  EXPECT_EQ(outcome.evidence.at("pid"), std::to_string(world_.victim.pid()));
  EXPECT_EQ(outcome.evidence.at("start_ticks"), std::to_string(identity.start_ticks));
  EXPECT_EQ(outcome.evidence.at("boot_id"), identity.boot_id);
  EXPECT_EQ(outcome.evidence.at("ppid"), std::to_string(::getpid()));
  EXPECT_EQ(outcome.evidence.at("exe"), identity.executable);
}

TEST_F(ProcessExecution, AProcessOfAnotherStartIsNotTouched) {
  Action order = world_.order(ActionType::kill_process);
  order.parameters["start"] = iso8601(SystemClock().now() - std::chrono::hours(1));
  const Outcome outcome = execute(order);
  EXPECT_EQ(outcome.kind, Outcome::Kind::refused_identity);
  EXPECT_THAT(outcome.detail, HasSubstr("belongs to another process"));
  EXPECT_TRUE(world_.victim_lives());
}

TEST_F(ProcessExecution, AProcessYoungerThanTheDetectionIsNotTouched) {
  Action order = world_.order(ActionType::kill_process);
  order.not_after = SystemClock().now() - std::chrono::hours(1);
  EXPECT_EQ(execute(order).kind, Outcome::Kind::refused_identity);
  EXPECT_TRUE(world_.victim_lives());
}

TEST_F(ProcessExecution, AProcessOfAnotherBootOrProgramIsNotTouched) {
  Action order = world_.order(ActionType::kill_process);
  order.parameters["boot_id"] = "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa";
  EXPECT_EQ(execute(order).kind, Outcome::Kind::refused_identity);
  order = world_.order(ActionType::kill_process);
  order.parameters["sha256"] = std::string(64, '0');
  EXPECT_EQ(execute(order).kind, Outcome::Kind::refused_identity);
  order.parameters["sha256"] = "short";
  EXPECT_EQ(execute(order).kind, Outcome::Kind::error);
  EXPECT_TRUE(world_.victim_lives());
}

TEST_F(ProcessExecution, ATreeIsLeftToAnAgent) {
  Action order = world_.order(ActionType::kill_process);
  order.parameters["tree"] = true;
  EXPECT_EQ(execute(order).kind, Outcome::Kind::unsupported);
  EXPECT_TRUE(world_.victim_lives());
}

TEST_F(ProcessExecution, AProcessThatEndsByItselfInItsTimeNeedsNoKill) {
  Action order = world_.order(ActionType::kill_process);
  order.parameters["term_grace"] = "5s";
  EXPECT_EQ(execute(order).kind, Outcome::Kind::ok);
  int status = 0;
  ASSERT_EQ(::waitpid(world_.victim.pid(), &status, WNOHANG), world_.victim.pid());
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST_F(ProcessExecution, ARecycledNumberIsRefused) {
  const pid_t number = world_.victim.pid();
  Action order = world_.order_with_start(ActionType::kill_process);
  order.not_after -= std::chrono::hours(1);  // the meant process was old
  order.parameters["start"] = iso8601(SystemClock().now() - std::chrono::hours(2));
  world_.victim.end();
  // The next process gets the number that follows the last one.
  std::FILE* last = std::fopen("/proc/sys/kernel/ns_last_pid", "w");
  if (last == nullptr) GTEST_SKIP() << "/proc/sys/kernel/ns_last_pid is not writable";
  std::fprintf(last, "%d", number - 1);
  if (std::fclose(last) != 0) GTEST_SKIP() << "/proc/sys/kernel/ns_last_pid is not writable";
  const Victim stranger;
  if (stranger.pid() != number) GTEST_SKIP() << "something else took the number first";
  EXPECT_EQ(execute(order).kind, Outcome::Kind::refused_identity);
  EXPECT_NE(stranger.state(), 'Z');
}

TEST_F(ProcessExecution, AVanishedTargetIsASuccessOnlyWhereTheOrderKnewItsStart) {
  const Action known = world_.order_with_start(ActionType::kill_process);
  const Action unknown = world_.order(ActionType::kill_process);
  const Action suspend = world_.order_with_start(ActionType::suspend_process);
  world_.victim.end();
  EXPECT_EQ(execute(known).kind, Outcome::Kind::already_done);
  EXPECT_EQ(execute(unknown).kind, Outcome::Kind::not_found);
  EXPECT_EQ(execute(suspend).kind, Outcome::Kind::not_found);
}

TEST_F(ProcessExecution, AZombieCountsAsGone) {
  ::kill(world_.victim.pid(), SIGKILL);
  world_.victim.wait_until_zombie();
  EXPECT_EQ(execute(world_.order(ActionType::kill_process)).kind, Outcome::Kind::already_done);
  EXPECT_EQ(execute(world_.order(ActionType::suspend_process)).kind, Outcome::Kind::not_found);
  EXPECT_EQ(execute(world_.order(ActionType::resume_process)).kind, Outcome::Kind::not_found);
}

TEST_F(ProcessExecution, SuspendsAndResumesAndNoticesWhatIsAlreadySo) {
  const Action suspend = world_.order(ActionType::suspend_process);
  const Action resume = world_.order(ActionType::resume_process);
  EXPECT_EQ(execute(resume).kind, Outcome::Kind::already_done);
  EXPECT_EQ(execute(suspend).kind, Outcome::Kind::ok);
  EXPECT_EQ(world_.victim.state(), 'T');
  EXPECT_EQ(execute(suspend).kind, Outcome::Kind::already_done);
  EXPECT_EQ(execute(resume).kind, Outcome::Kind::ok);
  EXPECT_NE(world_.victim.state(), 'T');
}

TEST_F(ProcessExecution, AStoppedProcessCanBeKilled) {
  execute(world_.order(ActionType::suspend_process));
  EXPECT_EQ(execute(world_.order(ActionType::kill_process)).kind, Outcome::Kind::ok);
  EXPECT_EQ(world_.victim.state(), 'Z');
}

TEST_F(ProcessExecution, AnOrderForAnotherHostOrForNoneIsNotForThisEngine) {
  Action order = world_.order(ActionType::kill_process);
  order.host = "fs01";
  const Outcome outcome = execute(order);
  EXPECT_EQ(outcome.kind, Outcome::Kind::unsupported);
  EXPECT_EQ(outcome.detail, "no agent for host 'fs01'; this engine acts on 'ward-7', 'ward-7.example' only");
  order.host = "";
  EXPECT_EQ(execute(order).kind, Outcome::Kind::unsupported);
  EXPECT_TRUE(world_.victim_lives());
  order.host = "WARD-7.EXAMPLE";
  EXPECT_EQ(execute(order).kind, Outcome::Kind::ok);
}

// Signal 0 and the guards come before any signal; were one sent to process 1, the whole machine would show
// it.
TEST_F(ProcessExecution, TheFirstProcessIsNeverTouchedWhateverTheOrderSays) {
  Action order = world_.order(ActionType::suspend_process);
  order.parameters = {{"pid", std::int64_t{1}}};
  const Outcome outcome = execute(order);
  EXPECT_EQ(outcome.kind, Outcome::Kind::refused_guard);
  EXPECT_THAT(outcome.detail, HasSubstr("process 1"));
  EXPECT_TRUE(outcome.evidence.empty()) << "it was looked up before it was refused";
}

TEST_F(ProcessExecution, ZeroAndNegativeNumbersAreRefusedBeforeTheyMeanAGroup) {
  for (const std::int64_t pid : {std::int64_t{0}, std::int64_t{-1}, -std::int64_t{world_.victim.pid()}}) {
    Action order = world_.order(ActionType::kill_process);
    order.parameters["pid"] = pid;
    EXPECT_EQ(execute(order).kind, Outcome::Kind::error) << pid;
  }
  EXPECT_TRUE(world_.victim_lives());
}

TEST_F(ProcessExecution, AThreadOfTheKernelIsRefused) {
  if (const auto second = read_process(2); !second || !second->kernel_thread)
    GTEST_SKIP() << "process 2 is no kernel thread in this PID namespace";
  Action order = world_.order(ActionType::suspend_process);
  order.parameters["pid"] = std::int64_t{2};
  EXPECT_EQ(execute(order).kind, Outcome::Kind::refused_guard);
}

TEST_F(ProcessExecution, TheEngineItsAncestorsAndItsDescendantsAreRefused) {
  Action order = world_.order(ActionType::suspend_process);
  order.parameters["pid"] = std::int64_t{world_.engine.pid()};
  EXPECT_EQ(execute(order).kind, Outcome::Kind::refused_guard);
  order.parameters["pid"] = std::int64_t{::getpid()};  // the parent of whoever plays the engine
  EXPECT_EQ(execute(order).kind, Outcome::Kind::refused_guard);

  ProcessExecutor as_this_process{ProcessGuards({test::kOwnHost}, {})};
  const Outcome child = as_this_process.execute(world_.order(ActionType::kill_process), {});
  EXPECT_EQ(child.kind, Outcome::Kind::refused_guard);
  EXPECT_THAT(child.detail, HasSubstr("descendants"));
  EXPECT_TRUE(world_.victim_lives());
}

TEST_F(ProcessExecution, AProtectedProgramIsRefused) {
  const std::string program = read_process(world_.victim.pid())->executable;
  ProcessExecutor guarded{ProcessGuards({test::kOwnHost}, {program}, world_.engine.pid())};
  const Outcome outcome = guarded.execute(world_.order(ActionType::kill_process), {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::refused_guard);
  EXPECT_THAT(outcome.detail, HasSubstr(program));
  EXPECT_TRUE(world_.victim_lives());
}

TEST(ProcessGuardsTest, AProtectedProgramStaysProtectedWhileItsFileIsReplaced) {
  const ProcessGuards guards({}, {"/usr/sbin/sshd"});
  ProcessIdentity identity;
  identity.pid = 1 << 30;
  identity.executable = "/usr/sbin/sshd (deleted)";
  EXPECT_TRUE(guards.processes().refuse(identity));
  identity.executable = "/usr/sbin/sshd-fake";
  EXPECT_FALSE(guards.processes().refuse(identity));
}

TEST(ProcessGuardsTest, AProgramThatCannotBeToldIsRefusedWhereSomeAreProtected) {
  ProcessIdentity identity;
  identity.pid = 1 << 30;
  EXPECT_TRUE(ProcessGuards({}, {"/usr/sbin/sshd"}).processes().refuse(identity));
  EXPECT_FALSE(ProcessGuards({}, {}).processes().refuse(identity));
}

TEST_F(ProcessExecution, ThePreviewShowsWhoWouldBeHitAndWhatWouldBeRefused) {
  Action order = world_.order_with_start(ActionType::kill_process);
  auto preview = world_.executor.preview(order);
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->summary,
            "SIGKILL to process " + std::to_string(world_.victim.pid()) + " through a pidfd");
  EXPECT_TRUE(preview->argv.empty());
  EXPECT_THAT(preview->notes, Contains("command line: /bin/sleep 600"));
  EXPECT_THAT(preview->notes, Not(Contains(HasSubstr("refused"))));

  order.not_after -= std::chrono::hours(1);
  EXPECT_THAT(world_.executor.preview(order)->notes, Contains(HasSubstr("would be refused now")));
  order.host = "fs01";
  EXPECT_THAT(world_.executor.preview(order)->notes, Contains(HasSubstr("no agent for host 'fs01'")));
  order.host = test::kOwnHost;
  order.parameters["pid"] = std::int64_t{1};
  EXPECT_THAT(world_.executor.preview(order)->notes, Contains(HasSubstr("process 1")));
}

TEST_F(ProcessExecution, AfterACrashTheWorldIsAsked) {
  const Action kill = world_.order(ActionType::kill_process);
  const Action suspend = world_.order(ActionType::suspend_process);
  EXPECT_EQ(world_.executor.probe(suspend).kind, Probe::Kind::never_ran);
  execute(suspend);
  const Probe suspended = world_.executor.probe(suspend);
  EXPECT_EQ(suspended.kind, Probe::Kind::ran);
  EXPECT_EQ(suspended.outcome.kind, Outcome::Kind::already_done);
  EXPECT_TRUE(suspended.outcome.evidence.contains("start_ticks"));
  world_.victim.end();
  EXPECT_EQ(world_.executor.probe(kill).kind, Probe::Kind::ran);
  EXPECT_EQ(world_.executor.probe(suspend).kind, Probe::Kind::never_ran);
}

TEST_F(ProcessExecution, AProbeNeverTakesAStrangerForTheTarget) {
  execute(world_.order(ActionType::suspend_process));
  Action order = world_.order(ActionType::suspend_process);
  order.not_after -= std::chrono::hours(1);
  EXPECT_EQ(world_.executor.probe(order).kind, Probe::Kind::never_ran);
  order.host = "fs01";
  EXPECT_EQ(world_.executor.probe(order).kind, Probe::Kind::never_ran);
}

}  // namespace
}  // namespace riposte
