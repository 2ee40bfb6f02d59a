#ifdef RIPOSTE_CRASH_POINTS
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/files/recover.h"
#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

constexpr const char* kFolderOfVictim = "RIPOSTE_TEST_FOLDER";

/// As if it were the program of a process that is without a name.
Result<Taken> recover_file(const test::VaultScene& scene) {
  const std::string path = scene.path_of("file");
  Descriptor content(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const FileFacts facts = test::must(facts_of(content));
  return recover({path + " (deleted)", std::move(content), facts}, "a1", {}, scene.vault(), test::kTakenAt);
}

/// The parts of the tests below that are killed: processes of their own, because the point to die at is read
/// once.
TEST(VaultCrashVictim, DISABLED_TakesInTheFileInTheFolderOfTheEnvironment) {
  const char* folder = std::getenv(kFolderOfVictim);  // NOLINT(concurrency-mt-unsafe): one thread
  ASSERT_NE(folder, nullptr);
  const test::VaultScene scene(folder);
  ASSERT_TRUE(scene.take(scene.path_of("file")));
}
TEST(VaultCrashVictim, DISABLED_RecoversTheFileInTheFolderOfTheEnvironment) {
  const char* folder = std::getenv(kFolderOfVictim);  // NOLINT(concurrency-mt-unsafe): one thread
  ASSERT_NE(folder, nullptr);
  ASSERT_TRUE(recover_file(test::VaultScene(folder)));
}
TEST(VaultCrashVictim, DISABLED_PutsTheFileBackInTheFolderOfTheEnvironment) {
  const char* folder = std::getenv(kFolderOfVictim);  // NOLINT(concurrency-mt-unsafe): one thread
  ASSERT_NE(folder, nullptr);
  ASSERT_TRUE(test::VaultScene(folder).put_back());
}

class VaultCrash : public ::testing::Test {
 protected:
  void die_at(const std::string& point, const std::string& victim) const {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::setenv(kFolderOfVictim, scratch_.path().c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
      ::setenv("RIPOSTE_CRASH_AT", point.c_str(), 1);         // NOLINT(concurrency-mt-unsafe): one thread
      ::execl("/proc/self/exe", "unit_agent_files",
              ("--gtest_filter=VaultCrashVictim.DISABLED_" + victim + "InTheFolderOfTheEnvironment").c_str(),
              "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
      ::_exit(127);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << point << " was not reached";
  }
  bool in_place() const { return std::filesystem::exists(path_) && scene_.read(path_) == content_; }
  bool in_vault() const { return scene_.vault().find("a1")->has_value() && scene_.kept() == content_; }

  /// As a caller does who does not know how far the last one came.
  Result<Taken> take_again() const {
    auto finished = finish_taking("a1", scene_.vault(), scene_.root(), test::kTakenAt);
    if (!finished) return std::unexpected(finished.error());
    return *finished ? Result<Taken>(**finished) : scene_.take(path_);
  }
  void expect_finished() const {
    const auto taken = take_again();
    ASSERT_TRUE(taken) << taken.error().text();
    EXPECT_FALSE(std::filesystem::exists(path_));
    EXPECT_EQ(scene_.kept(), content_);
    EXPECT_EQ((*scene_.vault().find("a1"))->stage, Vault::Stage::taken);
    EXPECT_TRUE(take_again()->already);
  }

  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
  std::string content_ = std::string(100'000, 'x') + "end";
  std::string path_ = scene_.write("file", content_);
};

struct At {
  const char* point;
  bool in_place;
  bool in_vault;
};

TEST_F(VaultCrash, AtAnyPointTheFileIsAtItsPlaceOrInTheVaultAndTheNextCallFinishes) {
  for (const At at : {At{"vault.after_object", true, false}, At{"vault.before_sync", true, true},
                      At{"vault.before_unlink", true, true}, At{"vault.after_unlink", false, true},
                      At{"vault.after_taken", false, true}}) {
    SCOPED_TRACE(at.point);
    ASSERT_TRUE(scene_.vault().discard("a1"));
    scene_.write("file", content_);
    die_at(at.point, "TakesInTheFile");
    EXPECT_EQ(in_place(), at.in_place);
    EXPECT_EQ(in_vault(), at.in_vault);
    expect_finished();
  }
}

TEST_F(VaultCrash, AtAnyPointTheEntryOfAProgramWithoutAFileIsWholeOrThereIsNone) {
  for (const At at : {At{"vault.after_object", true, false}, At{"vault.before_sync", true, true}}) {
    SCOPED_TRACE(at.point);
    ASSERT_TRUE(scene_.vault().discard("a1"));
    die_at(at.point, "RecoversTheFile");
    EXPECT_TRUE(in_place()) << "nothing is removed";
    EXPECT_EQ(in_vault(), at.in_vault);
    const auto taken = recover_file(scene_);
    ASSERT_TRUE(taken) << taken.error().text();
    EXPECT_EQ(taken->already, at.in_vault);
    EXPECT_TRUE(in_vault());
  }
}

TEST_F(VaultCrash, ThatIsFinishedLaterCountsFromThen) {
  die_at("vault.before_unlink", "TakesInTheFile");
  const WallTime later = test::kTakenAt + std::chrono::days(7);
  ASSERT_TRUE(finish_taking("a1", scene_.vault(), scene_.root(), later));
  EXPECT_EQ((*scene_.vault().find("a1"))->sidecar.taken_at, later);
}

TEST_F(VaultCrash, AnotherFileThatCameToThePlaceMeanwhileStays) {
  die_at("vault.after_unlink", "TakesInTheFile");
  scene_.write("file", "another");
  const auto taken = take_again();
  if (!taken) {  // where the new file has the number of the old one and the file system keeps no births
    EXPECT_EQ(taken.error().code, Errc::conflict);
  }
  EXPECT_EQ(scene_.read(path_), "another");
  EXPECT_TRUE(in_vault());
}

TEST_F(VaultCrash, AFileThatWasChangedAfterItWasCopiedStaysAndSoDoesTheCopy) {
  die_at("vault.before_unlink", "TakesInTheFile");
  std::ofstream(path_, std::ios::app) << "more";
  const auto taken = take_again();
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::conflict);
  EXPECT_EQ(scene_.read(path_), content_ + "more");
  EXPECT_TRUE(in_vault());
}

TEST_F(VaultCrash, AFileWhoseDirectoryHasGoneIsInTheVault) {
  die_at("vault.after_unlink", "TakesInTheFile");
  std::filesystem::remove(std::filesystem::path(path_).parent_path());
  const auto taken = take_again();
  ASSERT_TRUE(taken) << taken.error().text();
  EXPECT_TRUE(in_vault());
}

TEST_F(VaultCrash, AtARandomMomentLosesNothing) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr int kKills = 30;
  constexpr int kLongestLife = 3000;  // microseconds; an undisturbed one takes about as long
  int undisturbed = 0;
  for (int i = 0; i < kKills; ++i) {
    ASSERT_TRUE(scene_.vault().discard("a1"));
    scene_.write("file", content_);
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(scene_.take(path_) ? 0 : 1);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % kLongestLife));
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    undisturbed += WIFEXITED(status) ? 1 : 0;
    ASSERT_TRUE(in_place() || in_vault()) << "kill " << i;
    expect_finished();
  }
  EXPECT_LT(undisturbed, kKills);
}

TEST_F(VaultCrash, WhilePuttingBackShowsNoHalfAFile) {
  ASSERT_TRUE(scene_.take(path_));
  die_at("restore.before_name", "PutsTheFileBack");
  EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(path_).parent_path()));
  die_at("restore.after_name", "PutsTheFileBack");
  EXPECT_TRUE(in_place());
  EXPECT_TRUE(in_vault());
  const auto again = scene_.put_back();
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_TRUE(again->already);
}

}  // namespace
}  // namespace riposte::files
#endif
