#include <cstddef>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

using ::testing::HasSubstr;

/// From now on, this thread's calls to unlinkat wait for whoever listens to the descriptor.
Descriptor hold_removals() {
  sock_filter program[]{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_unlinkat, 0, 1),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog filter{.len = std::size(program), .filter = program};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Descriptor();
  return Descriptor(static_cast<int>(
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter)));
}

/// Lets the call that waits go on after `before`; false when none waits for a moment.
bool let_one_go(const Descriptor& listener, const std::function<void()>& before) {
  pollfd waiting{.fd = listener.number(), .events = POLLIN, .revents = 0};
  seccomp_notif call{};
  if (::poll(&waiting, 1, 10) != 1 || ::ioctl(listener.number(), SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
    return false;
  before();
  seccomp_notif_resp answer{.id = call.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  return ::ioctl(listener.number(), SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0;
}

class SwappedName : public ::testing::Test {
 protected:
  /// Takes the file in and does `swap` between the last look at its name and the removal of it. Empty where
  /// the machine lets nobody stand in between.
  std::optional<Result<Taken>> take_with(const std::function<void()>& swap) const {
    std::promise<Descriptor> listening;
    auto listener = listening.get_future();
    std::optional<Result<Taken>> taken;
    std::promise<void> ended;
    auto end = ended.get_future();
    std::jthread taking([&] {
      Descriptor held = hold_removals();
      const bool holds = held.valid();
      listening.set_value(std::move(held));
      if (holds) taken = scene_.take(path_);
      ended.set_value();
    });
    const Descriptor calls = listener.get();
    bool swapped = false;
    while (end.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      swapped |= calls.valid() && let_one_go(calls, [&] {
                   if (!swapped) swap();
                 });
    return taken;
  }

  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
  std::string path_ = scene_.write("file", "the file that was meant");
};

TEST_F(SwappedName, InTheInstantOfTheRemovalIsNoticedAndTheCopyKept) {
  const auto taken = take_with([&] {
    std::filesystem::rename(path_, path_ + ".away");
    scene_.write("file", "another");
  });
  if (!taken) GTEST_SKIP() << "no seccomp listener on this machine (Linux 5.5)";
  ASSERT_FALSE(*taken);
  EXPECT_EQ(taken->error().code, Errc::conflict);
  EXPECT_THAT(taken->error().text(), HasSubstr("still has a name elsewhere"));
  EXPECT_THAT(taken->error().text(), HasSubstr("a copy of it is in the vault"));
  EXPECT_EQ(scene_.read(path_ + ".away"), "the file that was meant");
  EXPECT_EQ(scene_.kept(), "the file that was meant");
}

TEST_F(SwappedName, IsNoticedWhenTheFileIsCalledAsIfItWereRemoved) {
  const auto taken = take_with([&] {
    std::filesystem::rename(path_, path_ + " (deleted)");
    scene_.write("file", "another");
  });
  if (!taken) GTEST_SKIP() << "no seccomp listener on this machine (Linux 5.5)";
  ASSERT_FALSE(*taken);
  EXPECT_EQ(taken->error().code, Errc::conflict);
}

TEST_F(SwappedName, LeavesWhatALinkInThatInstantLeadsTo) {
  const std::string precious = scene_.write("precious", "precious");
  const auto taken = take_with([&] {
    std::filesystem::rename(path_, path_ + ".away");
    std::filesystem::create_symlink(precious, path_);
  });
  if (!taken) GTEST_SKIP() << "no seccomp listener on this machine (Linux 5.5)";
  EXPECT_FALSE(*taken);
  EXPECT_EQ(scene_.read(precious), "precious");
}

TEST_F(SwappedName, IsNotSuspectedWhereNothingHappens) {
  const auto taken = take_with([] {});
  if (!taken) GTEST_SKIP() << "no seccomp listener on this machine (Linux 5.5)";
  EXPECT_TRUE(*taken);
}

}  // namespace
}  // namespace riposte::files
