#include "connectors/script/child_process.h"

#include <array>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/scratch.h"

namespace riposte {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ChildCommand shell(const std::string& program) {
  ChildCommand command;
  command.argv = {"/bin/sh", "-c", program};
  command.environment = {"PATH=/usr/bin:/bin"};
  command.directory = "/";
  command.timeout = seconds(20);
  command.output_limit = 4096;
  return command;
}

ChildResult run(const ChildCommand& command) {
  auto result = run_child(command, {});
  EXPECT_TRUE(result) << result.error().text();
  return result ? *result : ChildResult{};
}

/// How long something takes, to show that it does not wait for what it must not wait for.
template <class Work>
Duration timed(Work work) {
  SystemClock clock;
  const WallTime before = clock.now();
  work();
  return clock.now() - before;
}

/// Ended or about to: whoever adopts it collects its status in their own time.
bool has_ended(pid_t pid) {
  for (int i = 0; i < 500; ++i) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(file, line) || line.find(") Z ") != std::string::npos) return true;
    ::usleep(10'000);
  }
  return false;
}

/// Of the calling thread, as systemd does for a service that is no root. False when it does not have it.
bool raise_ambient_capability(unsigned capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return false;
  sets[0].inheritable |= 1U << capability;
  return ::syscall(SYS_capset, &header, sets.data()) == 0 &&
         ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0;
}

TEST(ChildProcess, HandsOverExitCodeAndBothOutputs) {
  const auto result = run(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(result.end, ChildResult::End::exited);
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.output, "out\nerr\n");
  EXPECT_FALSE(result.succeeded());
}

TEST(ChildProcess, StandardInputEndsBehindTheDocument) {
  auto command = shell("cat; echo end");
  command.stdin_bytes = "{\"a\":1}\n";
  EXPECT_EQ(run(command).output, "{\"a\":1}\nend\n");
}

TEST(ChildProcess, AMebibyteThatNobodyReadsHoldsNobodyUp) {
  auto command = shell("exec 0<&-; echo fine");
  command.stdin_bytes = std::string(std::size_t{1} << 20U, 'x');
  EXPECT_LT(timed([&] { EXPECT_EQ(run(command).output, "fine\n"); }), seconds(10));
}

TEST(ChildProcess, AMebibyteArrivesWhole) {
  auto command = shell("wc -c");
  command.stdin_bytes = std::string(std::size_t{1} << 20U, 'x');
  EXPECT_EQ(run(command).output, "1048576\n");
}

TEST(ChildProcess, TheDocumentCannotBeChanged) {
  auto command = shell("echo intruder > /proc/self/fd/0; cat");
  command.stdin_bytes = "document\n";
  EXPECT_NE(run(command).output.find("document\n"), std::string::npos);
  EXPECT_EQ(run(command).output.find("intruder\n"), std::string::npos);
}

TEST(ChildProcess, GetsExactlyTheGivenEnvironment) {
  ::setenv("RIPOSTE_TEST_SECRET", "token", 1);  // NOLINT(concurrency-mt-unsafe): one thread
  auto command = shell("env");
  command.argv = {"/usr/bin/env"};
  command.environment = {"A=1", "B=2"};
  EXPECT_EQ(run(command).output, "A=1\nB=2\n");
}

TEST(ChildProcess, InheritsNoOpenFile) {
  const int open_fd = ::open("/etc/hostname", O_RDONLY);  // deliberately without O_CLOEXEC
  const int high_fd = ::fcntl(open_fd, F_DUPFD, 200);
  auto command = shell("");
  command.argv = {"/bin/ls", "/proc/self/fd"};
  // 3 is the folder that ls itself reads.
  EXPECT_EQ(run(command).output, "0\n1\n2\n3\n");
  ::close(high_fd);
  ::close(open_fd);
}

TEST(ChildProcess, StartsWithDefaultSignalsAndNoNewPrivileges) {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  auto command = shell("");
  command.argv = {"/bin/grep", "-E", "^(SigBlk|SigIgn|NoNewPrivs):", "/proc/self/status"};
  const std::string output = run(command).output;
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  EXPECT_EQ(output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nNoNewPrivs:\t1\n");
}

TEST(ChildProcess, InheritsNoAmbientCapability) {
  // In a thread of its own: capabilities belong to threads, and the others shall keep theirs.
  std::thread([] {
    if (!raise_ambient_capability(CAP_KILL)) GTEST_SKIP() << "needs CAP_KILL to hand it on";
    auto command = shell("");
    command.argv = {"/bin/grep", "CapAmb:", "/proc/self/status"};
    EXPECT_EQ(run(command).output, "CapAmb:\t0000000000000000\n");
  }).join();
}

TEST(ChildProcess, IsTheLeaderOfItsOwnSession) {
  const auto result = run(shell("cut -d' ' -f1,5,6 /proc/$$/stat"));
  const std::string pid = result.output.substr(0, result.output.find(' '));
  std::string expected = pid;
  expected.append(" ").append(pid).append(" ").append(pid).append("\n");
  EXPECT_EQ(result.output, expected);
}

TEST(ChildProcess, AProgramThatCannotBeStartedHasNotRun) {
  auto command = shell("");
  command.argv = {"/nowhere/program"};
  const auto missing = run_child(command, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::invalid);
  EXPECT_NE(missing.error().what.find("/nowhere/program"), std::string::npos);

  const test::Scratch scratch;
  command.argv = {scratch.write("plain", "#!/bin/sh\n").string()};
  EXPECT_EQ(run_child(command, {}).error().code, Errc::invalid);
  command = shell("true");
  command.directory = "/nowhere";
  EXPECT_EQ(run_child(command, {}).error().code, Errc::invalid);
}

TEST(ChildProcess, IsAskedToEndAtItsTimeLimit) {
  auto command = shell("trap 'echo tidied; exit 0' TERM; echo ready; while :; do :; done");
  command.timeout = milliseconds(300);
  const auto result = run(command);
  EXPECT_EQ(result.end, ChildResult::End::timed_out);
  EXPECT_EQ(result.output, "ready\ntidied\n");
}

TEST(ChildProcess, AProgramThatIgnoresTermIsKilledAfterTheGrace) {
  auto command = shell("trap '' TERM; while :; do sleep 0.1; done");
  command.timeout = milliseconds(100);
  command.term_grace = milliseconds(300);
  const Duration took = timed([&] { EXPECT_EQ(run(command).end, ChildResult::End::timed_out); });
  EXPECT_GE(took, command.timeout + command.term_grace);
  EXPECT_LT(took, seconds(10));
}

TEST(ChildProcess, TheWholeGroupEndsWithIt) {
  const test::Scratch scratch;
  auto command =
      shell("trap '' TERM; sleep 600 & echo $! > " + (scratch.path() / "pid").string() + "; wait; sleep 600");
  command.timeout = milliseconds(200);
  command.term_grace = milliseconds(100);
  EXPECT_EQ(run(command).end, ChildResult::End::timed_out);
  const pid_t background = static_cast<pid_t>(std::stol(scratch.read("pid")));
  EXPECT_TRUE(has_ended(background));
}

TEST(ChildProcess, ABackgroundDescendantThatHoldsTheOutputHoldsNobodyUp) {
  const Duration took = timed([] {
    const auto result = run(shell("sleep 600 & echo $!; echo words"));
    EXPECT_TRUE(result.succeeded());
    EXPECT_TRUE(result.left_behind);
    EXPECT_NE(result.output.find("words\n"), std::string::npos);
    const pid_t background = static_cast<pid_t>(std::stol(result.output));
    EXPECT_TRUE(has_ended(background));
  });
  EXPECT_LT(took, seconds(15));
}

TEST(ChildProcess, AFloodOfOutputIsCutCountedAndDoesNotBlock) {
  auto command = shell("head -c 3000000 /dev/zero; echo end >&2; exit 7");
  command.output_limit = 1000;
  const auto result = run(command);
  EXPECT_EQ(result.code, 7);
  EXPECT_EQ(result.output.size(), 1000U);
  EXPECT_EQ(result.discarded, 3'000'000U + 4 - 1000);
}

TEST(ChildProcess, AnEndlessFloodStillMeetsItsTimeLimit) {
  auto command = shell("cat /dev/zero");
  command.timeout = milliseconds(300);
  const Duration took = timed([&] { EXPECT_EQ(run(command).end, ChildResult::End::timed_out); });
  EXPECT_LT(took, seconds(10));
}

TEST(ChildProcess, AStopRequestEndsItEarly) {
  std::stop_source source;
  std::jthread stopper([&source] {
    ::usleep(200'000);
    source.request_stop();
  });
  const Duration took = timed([&] {
    const auto result = run_child(shell("exec sleep 600"), source.get_token());
    ASSERT_TRUE(result);
    EXPECT_EQ(result->end, ChildResult::End::stopped);
  });
  EXPECT_LT(took, seconds(10));
}

TEST(ChildProcess, ADeathByItsOwnSignalIsToldApart) {
  const auto result = run(shell("kill -SEGV $$"));
  EXPECT_EQ(result.end, ChildResult::End::signalled);
  EXPECT_EQ(result.code, SIGSEGV);
}

TEST(ChildProcess, LeavesNoDescriptorsAndNoZombiesBehind) {
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
  };
  run(shell("true"));
  const auto before = open_files();
  for (int i = 0; i < 20; ++i) run(shell("true"));
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(ChildProcess, ManyAtOnceDoNotDisturbEachOther) {
  constexpr int kThreads = 8;
  std::vector<std::jthread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([i] {
      auto command = shell("cat; exit " + std::to_string(i));
      command.stdin_bytes = std::to_string(i);
      for (int round = 0; round < 5; ++round) {
        const auto result = run(command);
        EXPECT_EQ(result.output, std::to_string(i));
        EXPECT_EQ(result.code, i);
      }
    });
}

}  // namespace
}  // namespace riposte
