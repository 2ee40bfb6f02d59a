#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "tests/support/lab_process.h"
#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

using test::kHere;
using test::output_of;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kContent = "#!/bin/sh\necho ran\n";

/// What everyone else's programs say of a file without reading it, which would change one of its times.
struct Seen {
  explicit Seen(const std::string& path)
      : stat(output_of(
            kHere, {"stat", "-c", "%F size %s mode %f owner %u:%g links %h modified %y accessed %x", path})),
        access_list(output_of(kHere, {"getfacl", "-n", "-p", path})),
        capabilities(output_of(kHere, {"getcap", path})),
        attributes(output_of(kHere, {"getfattr", "-d", "-m", "-", "-e", "hex", "--absolute-names", path})) {}

  std::string stat, access_list, capabilities, attributes;
};

void expect_as_before(const std::string& path, const Seen& before) {
  const Seen after(path);
  EXPECT_EQ(after.stat, before.stat);
  EXPECT_EQ(after.access_list, before.access_list);
  EXPECT_EQ(after.capabilities, before.capabilities);
  EXPECT_EQ(after.attributes, before.attributes);
  EXPECT_EQ(test::VaultScene::read(path), kContent);
}

class PutBackOnAHost : public ::testing::Test {
 protected:
  void run(const std::vector<std::string>& argv) const { output_of(kHere, argv); }
  /// A user that a lab of one user alone does not have stays root.
  void give_away(const std::string& path) const {
    const bool given = ::chown(path.c_str(), 1234, 5678) == 0;
    ASSERT_TRUE(given || errno == EINVAL);
  }
  void there_and_back(const std::string& path) const {
    const auto taken = scene_.take(path);
    ASSERT_TRUE(taken) << taken.error().text();
    ASSERT_FALSE(std::filesystem::exists(path));
    const auto back = scene_.put_back();
    ASSERT_TRUE(back) << back.error().text();
  }

  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
  std::string path_ = scene_.write("file", kContent);
};

TEST_F(PutBackOnAHost, GivesBackEverythingThatOthersSeeOfAFile) {
  give_away(path_);
  run({"chmod", "6751", path_});
  run({"setfacl", "-m", "u:0:rw,g:0:x", path_});
  run({"setcap", "cap_net_raw,cap_chown+ep", path_});
  // Not every kernel's tmpfs has the one, nor every user namespace the other.
  ::setxattr(path_.c_str(), "user.note", "\0\xff note", 7, 0);
  ::setxattr(path_.c_str(), "trusted.note", "secret", 6, 0);
  run({"touch", "-d", "2001-02-03 04:05:06.123456789", path_});
  const Seen before(path_);
  ASSERT_THAT(before.capabilities, HasSubstr("cap_net_raw"));
  ASSERT_THAT(before.access_list, HasSubstr("user:0:rw-"));
  there_and_back(path_);
  expect_as_before(path_, before);
}

TEST_F(PutBackOnAHost, GivesBackSetIdBitsToAnotherOwner) {
  give_away(path_);
  run({"chmod", "6755", path_});
  const Seen before(path_);
  there_and_back(path_);
  expect_as_before(path_, before);
}

TEST_F(PutBackOnAHost, GivesNoAccessListToAFileThatHadNone) {
  const Seen before(path_);
  run({"setfacl", "-d", "-m", "u:0:rwx,g:0:rwx", std::filesystem::path(path_).parent_path()});
  scene_.write("inherits", "");
  ASSERT_THAT(Seen(scene_.path_of("inherits")).access_list, HasSubstr("user:0:"));
  there_and_back(path_);
  expect_as_before(path_, before);
}

TEST_F(PutBackOnAHost, TellsAFileWithOtherAttributesFromTheOneThatWasTakenIn) {
  there_and_back(path_);
  ASSERT_TRUE(scene_.put_back()->already);
  run({"setfacl", "-m", "u:0:rw,m:r", path_});
  run({"chmod", "644", path_});
  const auto back = scene_.put_back();
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Errc::conflict);
}

TEST_F(PutBackOnAHost, TakesASymbolicLinkOnTheWayForARefusal) {
  ASSERT_TRUE(scene_.take(path_));
  const std::filesystem::path place = std::filesystem::path(path_).parent_path();
  std::filesystem::rename(place, place.string() + ".away");
  std::filesystem::create_directory_symlink("/etc", place);
  const auto refused = resolve_directory(place.string(), scene_.root());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid);
}

}  // namespace
}  // namespace riposte::files
