#include "agent/process/process_identity.h"

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/process/pidfd.h"
#include "tests/support/victim.h"

namespace riposte {
namespace {

using test::Victim;

TEST(ProcessIdentity, NamesProgramParentAndStart) {
  const WallTime before = SystemClock().now();
  const Victim victim;
  const auto identity = read_process(victim.pid());
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_EQ(identity->parent, ::getpid());
  EXPECT_NE(identity->executable.find("sleep"), std::string::npos);
  EXPECT_EQ(identity->run_state, RunState::running);
  EXPECT_FALSE(identity->kernel_thread);
  EXPECT_EQ(identity->boot_id.size(), 36U);
  // A tick is 10 ms, and the start is rounded down to one.
  EXPECT_GE(identity->started_at, before - std::chrono::milliseconds(50));
  EXPECT_LE(identity->started_at, SystemClock().now());
}

TEST(ProcessIdentity, AProcessThatDoesNotExistIsNotFound) {
  Victim victim;
  const auto pid = victim.pid();
  victim.end();
  EXPECT_EQ(read_process(pid).error().code, Errc::not_found);
}

TEST(ProcessIdentity, AZombieIsGone) {
  const Victim victim({"/bin/sleep", "0"});
  victim.wait_until_zombie();
  EXPECT_EQ(read_process(victim.pid())->run_state, RunState::gone);
}

TEST(ProcessIdentity, AStoppedProcessIsStopped) {
  const Victim victim;
  ::kill(victim.pid(), SIGSTOP);
  siginfo_t stopped{};
  ::waitid(P_PID, static_cast<id_t>(victim.pid()), &stopped, WSTOPPED | WNOWAIT);
  EXPECT_EQ(read_process(victim.pid())->run_state, RunState::stopped);
}

void* stay_for_ever(void*) {
  while (true) ::pause();
}

TEST(ProcessIdentity, AProcessWhoseFirstThreadHasLeftStillRuns) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    pthread_t thread{};
    ::pthread_create(&thread, nullptr, stay_for_ever, nullptr);
    // The thread's own exit, not pthread_exit: the sanitizers' clean-up has no place in this child.
    ::syscall(SYS_exit, 0);
  }
  for (int i = 0; i < 1000 && read_process(pid)->state != 'Z'; ++i) ::usleep(1000);
  const auto identity = read_process(pid);
  EXPECT_EQ(identity->state, 'Z');
  EXPECT_EQ(identity->run_state, RunState::running);
  EXPECT_NE(identity->executable, "");
  EXPECT_FALSE(Pidfd::open(pid)->has_ended());
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST(ProcessIdentity, TheKernelsOwnThreadsAreKnown) {
  const auto identity = read_process(2);
  if (!identity || !identity->executable.empty())
    GTEST_SKIP() << "process 2 is no kernel thread in this PID namespace";
  EXPECT_TRUE(identity->kernel_thread);
}

TEST(ProcessIdentity, AncestryEndsAtTheFirstProcess) {
  const Victim victim;
  const auto line = ancestry_of(victim.pid());
  ASSERT_GE(line.size(), 2U);
  EXPECT_EQ(line[0], victim.pid());
  EXPECT_EQ(line[1], ::getpid());
}

TEST(ProcessIdentity, FindsASuccessorOfTheSameProgramOnly) {
  const std::uint64_t before = ticks_since_boot();
  const Victim victim;
  const std::string program = read_process(victim.pid())->executable;
  ASSERT_TRUE(find_successor(program, before));
  EXPECT_FALSE(find_successor(program, ticks_since_boot() + 1000));
  EXPECT_FALSE(find_successor("/nowhere/at/all", before));
}

TEST(ProcessIdentity, ACommandLineIsShownWithoutItsControlCharacters) {
  const Victim victim({"/bin/sh", "-c", "kill -STOP $$", "\x1b[2J"});
  EXPECT_EQ(command_line_of(victim.pid()), "/bin/sh -c kill -STOP $$ \\x1b[2J");
}

TEST(Pidfd, RefusesAThreadInsideAProcess) {
  std::promise<pid_t> number;
  std::promise<void> end;
  std::thread thread([&] {
    number.set_value(::gettid());
    end.get_future().wait();
  });
  const auto handle = Pidfd::open(number.get_future().get());
  end.set_value();
  thread.join();
  ASSERT_FALSE(handle);
  EXPECT_EQ(handle.error().code, Errc::invalid);
}

TEST(Pidfd, ASignalAfterTheEndReachesNobody) {
  Victim victim;
  const auto handle = Pidfd::open(victim.pid());
  ASSERT_TRUE(handle);
  EXPECT_FALSE(handle->has_ended());
  victim.end();
  EXPECT_TRUE(handle->has_ended());
  EXPECT_EQ(handle->send(SIGCONT).error().code, Errc::not_found);
}

}  // namespace
}  // namespace riposte
