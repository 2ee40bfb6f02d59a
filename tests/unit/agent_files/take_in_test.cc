#include "agent/files/take_in.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

using ::testing::HasSubstr;

class TakeIn : public ::testing::Test {
 protected:
  std::size_t entries() const {
    const std::filesystem::directory_iterator vault(scene_.vault_path());
    return static_cast<std::size_t>(std::distance(begin(vault), end(vault)));
  }
  /// Refused, and nothing has happened.
  void expect_refused(const Result<Taken>& taken, Errc code, const std::string& words) const {
    ASSERT_FALSE(taken) << words;
    EXPECT_EQ(taken.error().code, code) << taken.error().text();
    EXPECT_THAT(taken.error().text(), HasSubstr(words));
    EXPECT_FALSE(scene_.vault().find("a1")->has_value());
    EXPECT_EQ(entries(), 0U);
  }

  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
};

TEST_F(TakeIn, MovesTheFileIntoTheVault) {
  const std::string path = scene_.write("file", "some content");
  const auto before = scene_.found(path).facts;
  const auto taken = scene_.take(path);
  ASSERT_TRUE(taken) << taken.error().text();
  EXPECT_FALSE(taken->already);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(taken->sidecar.path, path);
  EXPECT_EQ(taken->sidecar.action, "a1");
  EXPECT_EQ(taken->sidecar.facts, before);
  EXPECT_EQ(scene_.kept(), "some content");
  EXPECT_EQ((*scene_.vault().find("a1"))->stage, Vault::Stage::taken);
}

TEST_F(TakeIn, LeavesNothingReadableInTheVault) {
  ASSERT_TRUE(scene_.take(scene_.write("file", "#!/bin/sh\necho something that a scanner knows\n")));
  for (const auto& entry : std::filesystem::directory_iterator(scene_.vault_path())) {
    EXPECT_THAT(scene_.read(entry.path()), ::testing::Not(HasSubstr("scanner"))) << entry.path();
    EXPECT_EQ(entry.status().permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  EXPECT_EQ(entries(), 2U);
}

TEST_F(TakeIn, IsAlreadyDoneTheSecondTimeWhateverIsAtThePlaceNow) {
  const std::string path = scene_.write("file", "first");
  ASSERT_TRUE(scene_.take(path));
  scene_.write("file", "second");
  const auto again = scene_.take(path);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->already);
  EXPECT_EQ(scene_.read(path), "second");
  EXPECT_EQ(scene_.kept(), "first");
  const auto finished = finish_taking("a1", scene_.vault(), scene_.root(), test::kTakenAt);
  ASSERT_TRUE(finished && *finished);
  EXPECT_TRUE((*finished)->already);
}

TEST_F(TakeIn, IsNothingToFinishWhereNothingWasBegun) {
  const auto finished = finish_taking("a1", scene_.vault(), scene_.root(), test::kTakenAt);
  ASSERT_TRUE(finished);
  EXPECT_FALSE(*finished);
  EXPECT_EQ(entries(), 0U);
}

TEST_F(TakeIn, RefusesAnActionThatTookInAnotherFile) {
  ASSERT_TRUE(scene_.take(scene_.write("file", "first")));
  const std::string other = scene_.write("other", "second");
  const auto taken = scene_.take(other);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::conflict);
  EXPECT_EQ(scene_.read(other), "second");
}

TEST_F(TakeIn, TakesTwoFilesOfTheSamePathForTwoActions) {
  const std::string path = scene_.write("file", "first");
  ASSERT_TRUE(scene_.take(path, "a1"));
  scene_.write("file", "second");
  ASSERT_TRUE(scene_.take(path, "a2"));
  EXPECT_EQ(scene_.kept("a1"), "first");
  EXPECT_EQ(scene_.kept("a2"), "second");
}

TEST_F(TakeIn, RefusesAnotherFileThanTheOneThatIsMeant) {
  const std::string path = scene_.write("file", "abc");
  const std::string sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const std::uint64_t inode = scene_.found(path).facts.id.inode;
  expect_refused(scene_.take(path, "a1", {.inode = inode + 1}), Errc::conflict, "inode");
  expect_refused(scene_.take(path, "a1", {.size = 4}), Errc::conflict, "has 3 bytes, not 4");
  expect_refused(scene_.take(path, "a1", {.sha256 = std::string(64, 'a')}), Errc::conflict, "SHA-256");
  EXPECT_EQ(scene_.read(path), "abc");
  EXPECT_TRUE(scene_.take(path, "a1", {.sha256 = sha256, .inode = inode, .size = 3}));
}

TEST_F(TakeIn, LeavesWhatTookThePlaceOfTheFileInBetween) {
  const std::string path = scene_.write("file", "the one that was judged");
  const Found found = scene_.found(path);
  std::filesystem::rename(path, path + ".away");
  scene_.write("file", "another");
  const auto taken = take_in(found, "a1", {}, scene_.vault(), test::kTakenAt);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::conflict);
  EXPECT_EQ(scene_.read(path), "another");
  EXPECT_EQ(scene_.read(path + ".away"), "the one that was judged");
}

TEST_F(TakeIn, KeepsTheCopyOfAFileThatSomebodyElseRemovedInBetween) {
  const std::string path = scene_.write("file", "the only copy");
  const Found found = scene_.found(path);
  std::filesystem::remove(path);
  const auto taken = take_in(found, "a1", {}, scene_.vault(), test::kTakenAt);
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().text(), HasSubstr("a copy of it is in the vault"));
  EXPECT_EQ(scene_.kept(), "the only copy");
}

TEST_F(TakeIn, LeavesTheTargetOfALinkThatTookThePlaceOfTheFile) {
  const std::string path = scene_.write("file", "judged");
  const std::string precious = scene_.write("precious", "precious");
  const Found found = scene_.found(path);
  std::filesystem::remove(path);
  std::filesystem::create_symlink(precious, path);
  EXPECT_FALSE(take_in(found, "a1", {}, scene_.vault(), test::kTakenAt));
  EXPECT_EQ(scene_.read(precious), "precious");
  EXPECT_TRUE(std::filesystem::is_symlink(path));
}

TEST_F(TakeIn, CountsTheOtherNamesOfTheFile) {
  const std::string path = scene_.write("file", "content");
  std::filesystem::create_hard_link(path, path + ".second");
  const auto taken = scene_.take(path);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->sidecar.facts.links, 2U);
  EXPECT_EQ(scene_.read(path + ".second"), "content");
}

TEST_F(TakeIn, RefusesWhatIsNoRegularFileAndDoesNotWaitForIt) {
  const std::string pipe = scene_.path_of("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  expect_refused(scene_.take(pipe), Errc::invalid, "a pipe");
  expect_refused(scene_.take(scene_.path_of("..").substr(0, scene_.path_of("..").size() - 3)), Errc::invalid,
                 "a directory");
}

TEST_F(TakeIn, RefusesTheVaultsOwnFiles) {
  ASSERT_TRUE(scene_.take(scene_.write("file", "content")));
  const auto taken = scene_.take((scene_.vault_path().string() + "/a1.json"), "a2");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::denied);
  EXPECT_EQ(scene_.kept(), "content");
}

TEST_F(TakeIn, TakesAFileWhoseNameIsNoUtf8) {
  const std::string path = scene_.write("\xff\x01\n\"'name", "content");
  ASSERT_TRUE(scene_.take(path));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ((*scene_.vault().find("a1"))->sidecar.path, path);
}

TEST_F(TakeIn, TakesAnEmptyFile) {
  ASSERT_TRUE(scene_.take(scene_.write("file", "")));
  EXPECT_EQ(scene_.kept(), "");
}

TEST(TakeInLimits, RefusesAFileThatIsTooLargeBeforeItIsCopied) {
  const test::Scratch scratch;
  const test::VaultScene scene(scratch.path(), {.file_bytes = 4, .vault_bytes = 6});
  const std::string large = scene.write("large", "12345");
  EXPECT_EQ(scene.take(large).error().code, Errc::unavailable);
  EXPECT_EQ(scene.read(large), "12345");
  EXPECT_TRUE(std::filesystem::is_empty(scene.vault_path()));
  ASSERT_TRUE(scene.take(scene.write("first", "1234"), "a1"));
  const std::string second = scene.write("second", "123");
  EXPECT_EQ(scene.take(second, "a2").error().code, Errc::unavailable);
  EXPECT_EQ(scene.read(second), "123");
}

}  // namespace
}  // namespace riposte::files
