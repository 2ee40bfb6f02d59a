#include <algorithm>
#include <atomic>
#include <csignal>
#include <new>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/process/process_tree.h"
#include "tests/host/agent_process/process_numbers.h"
#include "tests/support/victim.h"

namespace riposte::test {
namespace {

using ::testing::HasSubstr;

/// A number that processes share.
class SharedCount {
 public:
  SharedCount()
      : count_(new(::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0)) std::atomic<int>(0)) {}
  ~SharedCount() { ::munmap(count_, sizeof(*count_)); }
  SharedCount(const SharedCount&) = delete;
  SharedCount& operator=(const SharedCount&) = delete;
  std::atomic<int>& operator*() const { return *count_; }

 private:
  std::atomic<int>* count_;
};

class Trees : public ::testing::Test {
 protected:
  void TearDown() override {
    for (const pid_t left : processes_beside({})) ::kill(left, SIGKILL);
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
  }

  /// A process and `generations` of descendants, every second one in a session of its own.
  pid_t line_of(int generations) {
    const std::size_t all = living() + 1 + static_cast<std::size_t>(generations);
    const pid_t first = ::fork();
    if (first != 0) {
      for (int i = 0; i < 2000 && living() < all; ++i) ::usleep(1000);
      return first;
    }
    for (int left = generations; left > 0 && ::fork() == 0; --left)
      if (left % 2 == 0) ::setsid();
    while (true) ::pause();
  }

  std::size_t living() const {
    std::size_t count = 0;
    for (const pid_t pid : processes_beside({agent_.pid()})) {
      const auto found = read_process(pid);
      count += found && found->run_state != RunState::gone ? 1 : 0;
    }
    return count;
  }
  /// Waits a while for all to be in that state: who was continued has to fall asleep again first.
  bool all_become(char state) const {
    const auto is_so = [&](pid_t pid) { return states_of(pid) == std::string(1, state); };
    for (int i = 0; i < 1000; ++i) {
      if (std::ranges::all_of(processes_beside({agent_.pid()}), is_so)) return true;
      ::usleep(1000);
    }
    return false;
  }

  TreeSignalled order(RunState wanted, pid_t root, const ProtectedProcesses& guards) const {
    auto pinned = pin(root);
    return act_on_tree(std::move(*pinned), wanted, guards, {});
  }
  TreeSignalled order(RunState wanted, pid_t root) const { return order(wanted, root, guards_); }

  Victim agent_;
  ProtectedProcesses guards_{{}, {agent_.pid()}};
};

TEST_F(Trees, AreEndedToTheLastDescendantAcrossSessions) {
  const pid_t root = line_of(6);
  const TreeSignalled result = order(RunState::gone, root);
  EXPECT_EQ(result.result.word, ResultWord::ok) << result.result.detail;
  EXPECT_EQ(result.members.size(), 7U);
  EXPECT_EQ(result.members.front().pid, root);
  EXPECT_EQ(living(), 0U);
}

TEST_F(Trees, AreStoppedAndContinuedAsOne) {
  const pid_t root = line_of(4);
  EXPECT_EQ(order(RunState::stopped, root).result.word, ResultWord::ok);
  EXPECT_TRUE(all_become('T'));
  EXPECT_EQ(order(RunState::stopped, root).result.word, ResultWord::already_done);
  EXPECT_EQ(order(RunState::running, root).result.word, ResultWord::ok);
  EXPECT_TRUE(all_become('S'));
  EXPECT_EQ(order(RunState::running, root).result.word, ResultWord::already_done);
}

TEST_F(Trees, BesideThemNobodyIsTouched) {
  const Victim bystander;
  const pid_t root = line_of(2);
  EXPECT_EQ(order(RunState::gone, root).members.size(), 3U);
  ::usleep(100'000);        // a signal needs a moment to take effect
  EXPECT_EQ(living(), 1U);  // the bystander
  EXPECT_NE(bystander.state(), 'T');
  EXPECT_NE(agent_.state(), 'T');
}

TEST_F(Trees, OneProtectedDescendantProtectsAllAndAllRunAgain) {
  const Victim root({"/bin/sh", "-c", "(while :; do :; done) & sleep 600 & wait"});
  const std::string sleep = read_process(agent_.pid())->executable;
  const auto sleeps = [&](pid_t pid) { return read_process(pid)->executable == sleep; };
  const auto all = [&] { return processes_beside({agent_.pid()}); };
  for (int i = 0; i < 2000 && (all().size() < 3 || std::ranges::none_of(all(), sleeps)); ++i) ::usleep(1000);
  const ProtectedProcesses guards({.executables = {sleep}}, {agent_.pid()});
  const TreeSignalled result = order(RunState::gone, root.pid(), guards);
  EXPECT_EQ(result.result.word, ResultWord::refused_guard) << result.result.detail;
  EXPECT_THAT(result.result.detail, HasSubstr("which the configuration protects"));
  EXPECT_EQ(living(), 3U);
  for (int i = 0; i < 1000 && root.state() != 'S'; ++i) ::usleep(1000);
  for (const pid_t pid : all()) EXPECT_NE(states_of(pid), "T");
}

/// Every member starts another one again and again, until there are `most`.
[[noreturn]] void multiply(std::atomic<int>& born, int most) {
  while (born.fetch_add(1) < most) {
    ::fork();
    ::usleep(25'000);
  }
  while (true) ::pause();
}

TEST_F(Trees, OneThatForksFasterThanItIsListedIsGone) {
  constexpr int kMost = 1500;
  const SharedCount born;
  const pid_t root = ::fork();
  if (root == 0) multiply(*born, kMost);
  while (*born < 20) ::usleep(500);
  const std::size_t at_first = living();
  const TreeSignalled result = order(RunState::gone, root);
  EXPECT_EQ(result.result.word, ResultWord::ok) << result.result.detail;
  EXPECT_GT(result.members.size(), at_first);
}

}  // namespace
}  // namespace riposte::test
