#include "engine/base/synced_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/scratch.h"

namespace riposte {
namespace {

constexpr std::size_t kBytesMax = 16;

TEST(SyncedFiles, HoldWhatWasWrittenLastWithTheModeThatWasAsked) {
  const test::Scratch scratch;
  const auto path = scratch.path() / "key";
  ASSERT_TRUE(write_synced(path, "first", kPrivateMode));
  ASSERT_TRUE(write_synced(path, "second", 0644));
  EXPECT_EQ(*read_small(path, kBytesMax), "second");
  struct stat seen{};
  ASSERT_EQ(::stat(path.c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777U, 0644U);
}

TEST(SyncedFiles, AreWrittenOverWhatACrashLeftUnfinished) {
  const test::Scratch scratch;
  const auto path = scratch.path() / "key";
  scratch.write("key.new", "half of a k");
  ASSERT_TRUE(write_synced(path, "whole", kPrivateMode));
  EXPECT_EQ(*read_small(path, kBytesMax), "whole");
  EXPECT_FALSE(std::filesystem::exists(unfinished(path)));
}

TEST(SyncedFiles, KeepTheOldContentWhereTheNewOneCannotBeWritten) {
  const test::Scratch scratch;
  const auto path = scratch.path() / "key";
  ASSERT_TRUE(write_synced(path, "old", kPrivateMode));
  std::filesystem::create_directories(unfinished(path) / "in the way");
  EXPECT_EQ(write_synced(path, "new", kPrivateMode).error().code, Errc::unavailable);
  EXPECT_EQ(*read_small(path, kBytesMax), "old");
}

TEST(SyncedFiles, AreReadUpToTheirBoundAndNotThroughLinks) {
  const test::Scratch scratch;
  const auto path = scratch.write("note", std::string(kBytesMax, 'x'));
  EXPECT_TRUE(read_small(path, kBytesMax));
  EXPECT_EQ(read_small(path, kBytesMax - 1).error().code, Errc::invalid);
  std::filesystem::create_symlink(path, scratch.path() / "link");
  EXPECT_FALSE(read_small(scratch.path() / "link", kBytesMax));
  EXPECT_EQ(read_small(scratch.path(), kBytesMax).error().code, Errc::invalid);
  EXPECT_EQ(read_small(scratch.path() / "nothing", kBytesMax).error().code, Errc::not_found);
}

TEST(SyncedFiles, AreNoSecretsWhenOthersCouldReadOrWriteThem) {
  const test::Scratch scratch;
  const auto path = scratch.path() / "key";
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U}) {
    ASSERT_TRUE(write_synced(path, "secret", mode));
    EXPECT_EQ(read_secret(path, kBytesMax).error().code, Errc::invalid) << std::oct << mode;
  }
  ASSERT_TRUE(write_synced(path, "secret", kPrivateMode));
  EXPECT_EQ(*read_secret(path, kBytesMax), "secret");
}

}  // namespace
}  // namespace riposte
