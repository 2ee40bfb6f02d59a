#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "agent/files/proof.h"
#include "tests/support/lab.h"
#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RunningOnAHost : public ::testing::Test {
 protected:
  Proof proof() const { return test::must(prove_taken("a1", scene_.vault(), scene_.root())); }
  /// What /proc says that the process runs.
  static std::string program_of(pid_t pid) {
    std::error_code gone;
    return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", gone);
  }
  static void wait_until(const std::function<bool()>& holds) {
    for (int i = 0; i < 500 && !holds(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_TRUE(holds());
  }
  static void end(pid_t pid) {
    ASSERT_EQ(::kill(pid, SIGKILL), 0);
    wait_until([&] { return program_of(pid).empty(); });
  }

  test::Lab lab_;
  test::Host& host_ = lab_.host("victim");
  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
};

TEST_F(RunningOnAHost, AScriptInTheVaultIsNoScriptEvenToRootsShell) {
  const std::string path = scene_.write("script", "#!/bin/sh\necho it ran\n");
  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
  ASSERT_THAT(host_.output_of({"sh", path}), HasSubstr("it ran"));
  ASSERT_TRUE(scene_.take(path));
  for (const auto& entry : std::filesystem::directory_iterator(scene_.vault_path())) {
    EXPECT_THAT(host_.run({"sh", entry.path()}).output, Not(HasSubstr("it ran"))) << entry.path();
    EXPECT_NE(host_.run({entry.path()}).code, 0) << entry.path();
  }
  EXPECT_NE(host_.run({"sh", path}).code, 0);
}

TEST_F(RunningOnAHost, AProgramThatGoesOnRunningDisprovesAndIsNamed) {
  const std::string path = scene_.path_of("payload");
  std::filesystem::copy_file("/usr/bin/sleep", path);
  const pid_t pid = host_.start({path, "1000"});
  wait_until([&] { return program_of(pid) == path; });
  const auto taken = scene_.take(path);
  ASSERT_TRUE(taken) << taken.error().text();
  EXPECT_THAT(proof().against, ElementsAre("processes still run it: " + std::to_string(pid)));
  end(pid);
  EXPECT_THAT(proof().against, IsEmpty());
}

TEST_F(RunningOnAHost, AProgramWithASecondNameThatIsStartedByItDisproves) {
  const std::string path = scene_.path_of("payload");
  std::filesystem::copy_file("/usr/bin/sleep", path);
  std::filesystem::create_hard_link(path, path + ".second");
  ASSERT_TRUE(scene_.take(path));
  EXPECT_THAT(proof().against, IsEmpty());
  const pid_t pid = host_.start({path + ".second", "1000"});
  wait_until([&] { return program_of(pid) == path + ".second"; });
  EXPECT_THAT(proof().against, ElementsAre(HasSubstr(std::to_string(pid))));
}

TEST_F(RunningOnAHost, AShellThatReadsTheScriptIsNamedAndDisprovesNothing) {
  const std::string begun = scene_.path_of("begun");
  const std::string path = scene_.write("script", ": > " + begun + "\nsleep 1000\necho after\n");
  const pid_t pid = host_.start({"sh", path});
  wait_until([&] { return std::filesystem::exists(begun); });
  ASSERT_TRUE(scene_.take(path));
  EXPECT_THAT(proof().against, IsEmpty());
  EXPECT_THAT(proof().users.found, Contains(FileUser{pid, Use::open}));
}

}  // namespace
}  // namespace riposte::files
