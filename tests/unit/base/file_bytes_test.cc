#include "engine/base/file_bytes.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "engine/base/descriptor.h"
#include "tests/support/scratch.h"

namespace riposte {
namespace {

Descriptor opened(const std::filesystem::path& path, int flags) {
  return Descriptor(::open(path.c_str(), flags | O_CLOEXEC));
}

TEST(FileBytes, AreWrittenBehindEachOtherOrWhereTheOffsetSays) {
  const test::Scratch scratch;
  const auto path = scratch.write("note", "");
  const Descriptor file = opened(path, O_RDWR);
  EXPECT_FALSE(write_all(file.number(), "one "));
  EXPECT_FALSE(write_all(file.number(), "two"));
  EXPECT_FALSE(write_all_at(file.number(), "six", 4));
  EXPECT_EQ(read_to_end(opened(path, O_RDONLY).number(), 7), "one six");
}

TEST(FileBytes, TellTheSystemsErrorWhereTheyCannotBeWrittenOrRead) {
  const test::Scratch scratch;
  EXPECT_EQ(write_all(opened("/dev/full", O_WRONLY).number(), "x"), std::errc::no_space_on_device);
  EXPECT_EQ(write_all_at(opened("/dev/full", O_WRONLY).number(), "x", 1), std::errc::no_space_on_device);
  EXPECT_EQ(read_to_end(opened(scratch.path(), O_RDONLY).number(), 1).error(), std::errc::is_a_directory);
}

TEST(FileBytes, AreNotReadBeyondTheirBound) {
  const test::Scratch scratch;
  const auto path = scratch.write("note", "1234");
  EXPECT_EQ(read_to_end(opened(path, O_RDONLY).number(), 4), "1234");
  EXPECT_EQ(read_to_end(opened(path, O_RDONLY).number(), 3).error(), std::errc::file_too_large);
}

TEST(FileBytes, HaveADirectoryThatIsSyncedOrSaysWhyNot) {
  const test::Scratch scratch;
  EXPECT_FALSE(sync_directory(scratch.path()));
  EXPECT_EQ(sync_directory(scratch.path() / "nothing"), std::errc::no_such_file_or_directory);
  EXPECT_EQ(directory_of(scratch.path() / "note"), scratch.path());
  EXPECT_EQ(directory_of("note"), ".");
}

}  // namespace
}  // namespace riposte
