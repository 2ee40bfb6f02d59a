#include "agent/files/put_back.h"

#include <filesystem>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

using ::testing::HasSubstr;

class PutBackTest : public ::testing::Test {
 protected:
  void damage_object() const {
    const auto object = scene_.vault_path() / "a1.q";
    std::string content = scene_.read(object);
    content[0] = static_cast<char>(content[0] ^ 1);
    std::ofstream(object, std::ios::binary) << content;
  }

  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
  std::string path_ = scene_.write("file", "some content");
};

TEST_F(PutBackTest, GivesBackContentModeAndTimes) {
  ASSERT_EQ(::chmod(path_.c_str(), 04751), 0);
  const timespec times[2]{{.tv_sec = 1000000000, .tv_nsec = 123456789}, {.tv_sec = 900000000, .tv_nsec = 1}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
  const FileFacts before = scene_.found(path_).facts;
  ASSERT_TRUE(scene_.take(path_));
  const auto back = scene_.put_back();
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_FALSE(back->already);
  const FileFacts after = scene_.found(path_).facts;
  EXPECT_EQ(after.mode, 04751U);
  EXPECT_EQ(after.uid, before.uid);
  EXPECT_EQ(after.gid, before.gid);
  EXPECT_EQ(after.modified, before.modified);
  EXPECT_EQ(after.accessed, before.accessed);
  EXPECT_EQ(scene_.read(path_), "some content");
}

TEST_F(PutBackTest, GivesAFileBackAsSparseAsItWas) {
  constexpr std::uintmax_t kSize = std::uintmax_t{16} << 20;
  std::filesystem::resize_file(path_, kSize);
  ASSERT_TRUE(scene_.take(path_));
  ASSERT_TRUE(scene_.put_back());
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_size, static_cast<off_t>(kSize));
  EXPECT_LT(status.st_blocks * 512, off_t{1} << 20);
  std::ifstream file(path_);
  std::string begin(13, '\0');
  file.read(begin.data(), 13);
  EXPECT_EQ(begin, std::string("some content\0", 13));
}

TEST_F(PutBackTest, NeverOverwrites) {
  ASSERT_TRUE(scene_.take(path_));
  scene_.write("file", "something new");
  const auto back = scene_.put_back();
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Errc::conflict);
  EXPECT_THAT(back.error().text(), HasSubstr("not overwritten"));
  EXPECT_EQ(scene_.read(path_), "something new");
}

TEST_F(PutBackTest, NeverWritesThroughALinkThatTookTheName) {
  ASSERT_TRUE(scene_.take(path_));
  const std::string precious = scene_.write("precious", "precious");
  std::filesystem::create_symlink(precious, path_);
  EXPECT_EQ(scene_.put_back().error().code, Errc::conflict);
  std::filesystem::remove(path_);
  std::filesystem::create_symlink(scene_.path_of("nowhere"), path_);
  EXPECT_EQ(scene_.put_back().error().code, Errc::conflict);
  EXPECT_EQ(scene_.read(precious), "precious");
  EXPECT_FALSE(std::filesystem::exists(scene_.path_of("nowhere")));
}

TEST_F(PutBackTest, IsAlreadyDoneTheSecondTime) {
  ASSERT_TRUE(scene_.take(path_));
  ASSERT_TRUE(scene_.put_back());
  const auto again = scene_.put_back();
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_TRUE(again->already);
}

TEST_F(PutBackTest, IsNotDoneWhenTheFileWasChangedSince) {
  ASSERT_TRUE(scene_.take(path_));
  ASSERT_TRUE(scene_.put_back());
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  EXPECT_EQ(scene_.put_back().error().code, Errc::conflict);
}

TEST_F(PutBackTest, LeavesNoTraceWhenTheObjectIsDamaged) {
  ASSERT_TRUE(scene_.take(path_));
  damage_object();
  const auto back = scene_.put_back();
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Errc::corrupt);
  EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(path_).parent_path()));
}

TEST_F(PutBackTest, SaysThatTheActionTookInNothing) {
  const auto back = put_back("a9", scene_.vault(), *resolve_directory("/", scene_.root()));
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Errc::not_found);
}

TEST_F(PutBackTest, PutsTheFileIntoTheDirectoryThatItIsGiven) {
  ASSERT_TRUE(scene_.take(path_));
  std::filesystem::create_directory(scene_.path_of("elsewhere"));
  const auto elsewhere = resolve_directory(scene_.path_of("elsewhere"), scene_.root());
  ASSERT_TRUE(put_back("a1", scene_.vault(), *elsewhere));
  EXPECT_EQ(scene_.read(scene_.path_of("elsewhere/file")), "some content");
}

TEST_F(PutBackTest, KeepsTheEntryInTheVault) {
  ASSERT_TRUE(scene_.take(path_));
  ASSERT_TRUE(scene_.put_back());
  EXPECT_EQ(scene_.kept(), "some content");
}

}  // namespace
}  // namespace riposte::files
