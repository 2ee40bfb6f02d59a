#include "agent/files/protected_places.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace riposte::files {
namespace {

using ::testing::HasSubstr;

class Protected : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  Result<void> asked(const std::string& name) const {
    return refuse_protected(*resolve(path(name), root_), places_);
  }

  test::Scratch scratch_;
  std::string folder_ = std::filesystem::canonical(scratch_.path());
  Descriptor root_ = *open_root();
  ProtectedPlaces places_{.directories = {path("guarded")}, .package_lists = path("lists")};
};

TEST_F(Protected, IsEverythingBelowADirectory) {
  scratch_.write("guarded/file", "");
  scratch_.write("guarded/deep/file", "");
  for (const char* name : {"guarded/file", "guarded/deep/file"}) {
    ASSERT_FALSE(asked(name)) << name;
    EXPECT_EQ(asked(name).error().code, Errc::denied);
    EXPECT_THAT(asked(name).error().text(), HasSubstr(path("guarded")));
  }
}

TEST_F(Protected, IsNotWhatOnlyBeginsWithTheSameLetters) {
  scratch_.write("guarded/file", "");
  scratch_.write("guarded2/file", "");
  EXPECT_TRUE(asked("guarded2/file"));
}

TEST_F(Protected, IsTheSameDirectoryUnderAnotherName) {
  scratch_.write("real/file", "");
  std::filesystem::create_symlink("real", path("guarded"));
  EXPECT_EQ(asked("real/file").error().code, Errc::denied);
}

TEST_F(Protected, NeedNotBeThere) {
  scratch_.write("file", "");
  EXPECT_TRUE(asked("file"));
}

TEST_F(Protected, IsWhatAPackageInstalled) {
  scratch_.write("owned", "");
  scratch_.write("owned.txt", "");
  scratch_.write("lists/other.list", "/somewhere/else\n");
  scratch_.write("lists/tool.list", "/.\n" + path("owned") + "\n");
  scratch_.write("lists/tool.md5sums", path("owned.txt") + "\n");
  ASSERT_FALSE(asked("owned"));
  EXPECT_EQ(asked("owned").error().code, Errc::denied);
  EXPECT_THAT(asked("owned").error().text(), HasSubstr("the package tool"));
  EXPECT_TRUE(asked("owned.txt"));
}

TEST(SystemPlaces, AreProtectedByDefault) {
  const auto root = *open_root();
  for (const char* directory : {"/etc", "/proc/sys", "/dev"})
    EXPECT_EQ(refuse_protected(*resolve_directory(directory, root), ProtectedPlaces()).error().code,
              Errc::denied)
        << directory;
  EXPECT_TRUE(refuse_protected(*resolve_directory("/", root), ProtectedPlaces()));
}

}  // namespace
}  // namespace riposte::files
