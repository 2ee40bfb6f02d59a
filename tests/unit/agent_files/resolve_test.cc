#include "agent/files/resolve.h"

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/scratch.h"

namespace riposte::files {
namespace {

using ::testing::HasSubstr;

class Resolve : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  Result<Found> resolved(const std::string& path) const { return resolve(path, root_); }

  test::Scratch scratch_;
  std::string folder_ = std::filesystem::canonical(scratch_.path());
  Descriptor root_ = *open_root();
};

TEST_F(Resolve, FindsAFileTogetherWithItsDirectoryAndItsName) {
  scratch_.write("deep/er/file", "content");
  const auto found = resolved(path("deep/er/file"));
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->path(), path("deep/er/file"));
  EXPECT_EQ(found->name, "file");
  EXPECT_EQ(found->place.path, path("deep/er"));
  EXPECT_EQ(found->facts.size, 7U);
  struct stat status{};
  ASSERT_EQ(::stat(path("deep/er/file").c_str(), &status), 0);
  EXPECT_EQ(found->facts.id, (FileId{status.st_dev, status.st_ino}));
  EXPECT_EQ(found->facts.mode, status.st_mode & 07777U);
  EXPECT_EQ(found->facts.uid, status.st_uid);
  EXPECT_EQ(found->facts.modified.nanoseconds, status.st_mtim.tv_nsec);
}

TEST_F(Resolve, KnowsEveryDirectoryOnTheWay) {
  scratch_.write("deep/er/file", "");
  const auto found = resolved(path("deep/er/file"));
  std::vector<FileId> expected;
  for (std::filesystem::path at = path("deep/er");; at = at.parent_path()) {
    struct stat status{};
    ASSERT_EQ(::stat(at.c_str(), &status), 0);
    expected.insert(expected.begin(), {status.st_dev, status.st_ino});
    if (at == "/") break;
  }
  EXPECT_EQ(found->place.ancestors, expected);
}

TEST_F(Resolve, RefusesWhatIsNoPlainAbsolutePath) {
  scratch_.write("a/file", "");
  for (const std::string& bad :
       {std::string(), std::string("file"), std::string("./file"), path("a/../a/file"), path("a/./file"),
        path("a//file"), path("a/file/"), path("a/.."), path("a/file") + std::string(1, '\0') + "x",
        std::string("/../etc/passwd"), "/" + std::string(kPathBytesMax, 'x')})
    EXPECT_EQ(resolved(bad).error().code, Errc::invalid) << bad;
  EXPECT_TRUE(resolved(path("a/file")));
}

TEST_F(Resolve, RefusesASymbolicLinkAnywhereOnTheWayAndNamesIt) {
  scratch_.write("real/file", "");
  std::filesystem::create_symlink("real", path("link"));
  std::filesystem::create_symlink("file", path("real/link"));
  for (const std::string& bad : {path("link/file"), path("real/link"), path("link")}) {
    const auto refused = resolved(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, Errc::invalid) << bad;
    EXPECT_THAT(refused.error().text(), HasSubstr("link' is a symbolic link")) << bad;
  }
}

TEST_F(Resolve, RefusesTheLinksOfProc) {
  EXPECT_EQ(resolved("/proc/self/exe").error().code, Errc::invalid);
  EXPECT_EQ(resolved("/proc/1/root/etc/passwd").error().code, Errc::invalid);
}

TEST_F(Resolve, TellsWhatIsNotThere) {
  scratch_.write("file", "");
  EXPECT_EQ(resolved(path("gone")).error().code, Errc::not_found);
  EXPECT_EQ(resolved(path("gone/file")).error().code, Errc::not_found);
  EXPECT_EQ(resolved(path("file/below")).error().code, Errc::not_found);
}

TEST_F(Resolve, TakesANameThatIsNoUtf8AsItIs) {
  const std::string name = "\xff\xfe\x01\n 'quoted'";
  scratch_.write(name, "");
  const auto found = resolved(path(name));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path(), path(name));
  EXPECT_THAT(resolved(path("\xff_gone")).error().text(), HasSubstr("\\xff_gone"));
}

TEST_F(Resolve, HoldsTheDirectoryThatItWentThrough) {
  scratch_.write("a/file", "");
  const auto found = resolved(path("a/file"));
  std::filesystem::rename(path("a"), path("b"));
  scratch_.write("a/file", "another");
  EXPECT_EQ(facts_of(found->place.directory, "file")->id, found->facts.id);
  EXPECT_NE(resolved(path("a/file"))->facts.id, found->facts.id);
}

TEST_F(Resolve, RefusesEverythingThatIsNoRegularFile) {
  std::filesystem::create_directory(path("directory"));
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX};
  path("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(socket);
  for (const auto& [bad, kind] : {std::pair(path("directory"), "a directory"),
                                  {path("pipe"), "a pipe"},
                                  {path("socket"), "a socket"},
                                  {std::string("/dev/null"), "a device"}}) {
    const auto refused = refuse_irregular(*resolved(bad));
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(refused.error().text(), HasSubstr(kind));
  }
  scratch_.write("file", "");
  EXPECT_TRUE(refuse_irregular(*resolved(path("file"))));
}

TEST_F(Resolve, ResolvesTheRootAsADirectoryAndNotAsAFile) {
  EXPECT_EQ(resolve_directory("/", root_)->path, "/");
  EXPECT_EQ(resolve_directory("/", root_)->path_of("x"), "/x");
  EXPECT_EQ(resolved("/").error().code, Errc::invalid);
}

TEST_F(Resolve, ResolvesBelowTheRootThatItIsGiven) {
  scratch_.write("tree/etc/file", "");
  const auto tree = resolve_directory(path("tree"), root_);
  const auto found = resolve("/etc/file", tree->directory);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->facts.id, resolved(path("tree/etc/file"))->facts.id);
}

TEST(Paths, OfProgramsInMemoryOrRemovedNameNothing) {
  EXPECT_TRUE(names_nothing("/memfd:payload (deleted)"));
  EXPECT_TRUE(names_nothing("/tmp/payload (deleted)"));
  EXPECT_FALSE(names_nothing("/tmp/payload"));
}

TEST_F(Resolve, FindsNothingAtThePathThatTheKernelShowsForAFileInMemory) {
  const Descriptor memory(::memfd_create("payload", MFD_CLOEXEC));
  ASSERT_TRUE(memory.valid());
  const std::string shown = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(memory.number()));
  EXPECT_TRUE(names_nothing(shown)) << shown;
  EXPECT_FALSE(resolved(shown));
}

TEST_F(Resolve, FindsNothingAtThePathThatTheKernelShowsForAFileThatWasRemoved) {
  const Descriptor file(::open(scratch_.write("file", "").c_str(), O_RDONLY | O_CLOEXEC));
  std::filesystem::remove(path("file"));
  const std::string shown = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file.number()));
  EXPECT_TRUE(names_nothing(shown)) << shown;
  EXPECT_EQ(resolved(shown).error().code, Errc::not_found);
}

TEST(Paths, AreSplitIntoDirectoryAndName) {
  EXPECT_EQ(directory_of("/a/b/c"), "/a/b");
  EXPECT_EQ(directory_of("/c"), "/");
  EXPECT_EQ(file_name_of("/a/b/c"), "c");
}

}  // namespace
}  // namespace riposte::files
