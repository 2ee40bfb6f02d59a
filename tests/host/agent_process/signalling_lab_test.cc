#include <atomic>
#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/process/signalling.h"
#include "tests/host/agent_process/process_numbers.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/victim.h"

namespace riposte::test {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

/// Another process plays the agent, so that children of the test are not its family.
class Signals : public ::testing::Test {
 protected:
  MeantProcess meant(pid_t pid) const {
    MeantProcess meant;
    meant.pid = pid;
    meant.start = read_process(pid)->started_at;
    meant.not_after = SystemClock().now();
    return meant;
  }
  Signalled order(RunState wanted, const MeantProcess& meant, Duration patience = {}) const {
    const auto target = look_at(meant, wanted, guards_);
    return target ? act_on(*target, wanted, {}, patience) : target.error();
  }

  /// Looks a little later: a signal needs a moment to take effect.
  static bool is_untouched(const Victim& process) {
    std::this_thread::sleep_for(milliseconds(100));
    return std::string("RSD").find(process.state()) != std::string::npos;
  }

  Victim agent_;
  ProtectedProcesses guards_{{}, {agent_.pid()}};
};

TEST_F(Signals, ForcedReuseBeforeTheHandleIsOpenedHitsNoStranger) {
  Victim victim;
  const MeantProcess gone = meant(victim.pid());
  std::this_thread::sleep_for(kStartTolerance + milliseconds(100));
  victim.end();
  give_next(gone.pid);
  const Victim stranger;
  ASSERT_EQ(stranger.pid(), gone.pid);
  for (const RunState wanted : {RunState::gone, RunState::stopped, RunState::running})
    EXPECT_EQ(order(wanted, gone).word, ResultWord::refused_identity);
  EXPECT_TRUE(is_untouched(stranger));
}

TEST_F(Signals, ForcedReuseBetweenTheHandleAndTheSignalHitsNoStranger) {
  for (const RunState wanted : {RunState::gone, RunState::stopped}) {
    Victim victim;
    const pid_t number = victim.pid();
    const auto pinned = look_at(meant(number), wanted, guards_);
    ASSERT_TRUE(pinned);
    victim.end();
    give_next(number);
    const Victim stranger;
    ASSERT_EQ(stranger.pid(), number);
    const Signalled result = act_on(*pinned, wanted, {}, milliseconds(20));
    EXPECT_EQ(result.word, wanted == RunState::gone ? ResultWord::already_done : ResultWord::not_found);
    EXPECT_THAT(result.detail, HasSubstr("has already ended"));
    EXPECT_TRUE(is_untouched(stranger));
  }
}

TEST_F(Signals, AZombieCountsAsGone) {
  const Victim victim;
  const Signalled killed = order(RunState::gone, meant(victim.pid()));
  EXPECT_EQ(killed.word, ResultWord::ok) << killed.detail;
  EXPECT_EQ(victim.state(), 'Z');  // its parent, this test, has not asked yet
  EXPECT_EQ(order(RunState::gone, meant(victim.pid())).word, ResultWord::already_done);
  EXPECT_EQ(order(RunState::stopped, meant(victim.pid())).word, ResultWord::not_found);
}

void* work_for_ever(void*) {
  std::atomic<unsigned> turns{0};
  while (true)
    if (turns.fetch_add(1) % 1024 == 0) ::usleep(100);
}

TEST_F(Signals, EveryThreadStopsAndGoesOn) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    pthread_t thread{};
    for (int i = 0; i < 3; ++i) ::pthread_create(&thread, nullptr, work_for_ever, nullptr);
    work_for_ever(nullptr);
  }
  for (int i = 0; i < 1000 && states_of(pid).size() < 4; ++i) ::usleep(1000);
  ASSERT_EQ(states_of(pid).size(), 4U);
  EXPECT_EQ(order(RunState::stopped, meant(pid)).word, ResultWord::ok);
  EXPECT_EQ(states_of(pid), "TTTT");
  EXPECT_EQ(order(RunState::stopped, meant(pid)).word, ResultWord::already_done);
  EXPECT_EQ(order(RunState::running, meant(pid)).word, ResultWord::ok);
  EXPECT_EQ(states_of(pid).find('T'), std::string::npos);
  EXPECT_EQ(order(RunState::gone, meant(pid)).word, ResultWord::ok);
  ::waitpid(pid, nullptr, 0);
}

TEST_F(Signals, ATracedStopIsReportedAsSuch) {
  const Victim victim;
  ASSERT_EQ(::ptrace(PTRACE_SEIZE, victim.pid(), nullptr, nullptr), 0);
  ASSERT_EQ(::ptrace(PTRACE_INTERRUPT, victim.pid(), nullptr, nullptr), 0);
  ::waitpid(victim.pid(), nullptr, 0);
  ASSERT_EQ(victim.state(), 't');
  const Signalled result = order(RunState::stopped, meant(victim.pid()));
  EXPECT_EQ(result.word, ResultWord::already_done);
  EXPECT_THAT(result.detail, HasSubstr("by a tracer"));
}

TEST_F(Signals, WhatTheKernelHoldsIsPending) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    // Until the child of a vfork has left, its parent waits where no stop reaches it.
    if (::vfork() == 0) {  // NOLINT(bugprone-unsafe-functions): that wait is what is wanted
      ::pause();
      ::_exit(0);
    }
    ::_exit(0);
  }
  for (int i = 0; i < 1000 && states_of(pid) != "D"; ++i) ::usleep(1000);
  ASSERT_EQ(states_of(pid), "D");
  const Signalled result = order(RunState::stopped, meant(pid));
  EXPECT_EQ(result.word, ResultWord::ok);
  EXPECT_THAT(result.detail, HasSubstr("pending_kernel"));
  EXPECT_THAT(result.detail, HasSubstr("state D"));
  for (const pid_t left : processes_beside({agent_.pid()})) ::kill(left, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST_F(Signals, WhoIsAskedFirstMayEndByItself) {
  const Victim polite({"/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.01; done"});
  std::this_thread::sleep_for(milliseconds(100));  // until the trap is set
  const Signalled asked = order(RunState::gone, meant(polite.pid()), std::chrono::seconds(5));
  EXPECT_EQ(asked.word, ResultWord::ok);
  EXPECT_THAT(asked.detail, HasSubstr("when asked"));

  const Victim deaf({"/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.01; done"});
  std::this_thread::sleep_for(milliseconds(100));
  const Signalled killed = order(RunState::gone, meant(deaf.pid()), milliseconds(100));
  EXPECT_EQ(killed.word, ResultWord::ok);
  EXPECT_THAT(killed.detail, Not(HasSubstr("when asked")));
  EXPECT_EQ(deaf.state(), 'Z');
}

TEST_F(Signals, TheFirstProcessAndTheFamilyOfTheAgentAreRefused) {
  EXPECT_EQ(order(RunState::gone, meant(1)).word, ResultWord::refused_guard);
  EXPECT_EQ(order(RunState::stopped, meant(agent_.pid())).word, ResultWord::refused_guard);
  EXPECT_EQ(order(RunState::stopped, meant(::getpid())).word, ResultWord::refused_guard);
  EXPECT_TRUE(is_untouched(agent_));
}

TEST_F(Signals, AProcessOfAServiceThatAHostCannotDoWithoutIsRefused) {
  const ProtectedProcesses guards({.units = vital_units()}, {agent_.pid()});
  const Victim listener;
  EXPECT_TRUE(look_at(meant(listener.pid()), RunState::gone, guards));
  // The control groups are the machine's, so the lab only lays another answer over the kernel's.
  const TemporaryDirectory scratch;
  const std::string told = (scratch.path() / "cgroup").string();
  std::ofstream(told) << "\n";
  const std::string asked = "/proc/" + std::to_string(listener.pid()) + "/cgroup";
  ASSERT_EQ(::mount(told.c_str(), asked.c_str(), nullptr, MS_BIND, nullptr), 0);
  for (const std::string& unit : vital_units()) {
    std::ofstream(told) << "0::/" << (unit.ends_with(".service") ? "system.slice/" : "") << unit << "\n";
    for (const RunState wanted : {RunState::gone, RunState::stopped}) {
      const auto refused = look_at(meant(listener.pid()), wanted, guards);
      ASSERT_FALSE(refused) << unit;
      EXPECT_EQ(refused.error().word, ResultWord::refused_guard) << unit;
      EXPECT_THAT(refused.error().detail, HasSubstr(unit));
    }
  }
  std::ofstream(told) << "0::/system.slice/shop.service\n";
  EXPECT_TRUE(look_at(meant(listener.pid()), RunState::gone, guards));
  ::umount(asked.c_str());
}

}  // namespace
}  // namespace riposte::test
