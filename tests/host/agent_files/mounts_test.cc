#include <filesystem>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include "agent/files/proof.h"
#include "agent/files/protected_places.h"
#include "tests/support/lab_process.h"
#include "tests/support/scratch.h"
#include "tests/support/throw_errno.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A mount that goes with its owner.
class Mounted {
 public:
  Mounted(const char* type, const std::string& source, std::string where, unsigned long flags = 0,
          const std::string& options = {})
      : where_(std::move(where)) {
    if (::mount(source.c_str(), where_.c_str(), type, flags, options.c_str()) != 0)
      test::throw_errno("mounting " + where_);
  }
  ~Mounted() { ::umount2(where_.c_str(), MNT_DETACH); }
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;

  void make_read_only() const {
    if (::mount(nullptr, where_.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0)
      test::throw_errno("remounting " + where_);
  }

 private:
  std::string where_;
};

class MountsOfAHost : public ::testing::Test {
 protected:
  std::string directory(const std::string& name) const {
    const std::string path = scene_.path_of(name);
    std::filesystem::create_directories(path);
    return path;
  }
  void expect_untouched(const Result<Taken>& taken, const std::string& path, const std::string& content,
                        Errc code) const {
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, code) << taken.error().text();
    EXPECT_EQ(scene_.read(path), content);
    EXPECT_TRUE(std::filesystem::is_empty(scene_.vault_path()));
  }

  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
};

TEST_F(MountsOfAHost, AProtectedDirectoryStaysOneUnderAnotherName) {
  const std::string place = directory("bound");
  const Mounted bound(nullptr, "/etc", place, MS_BIND);
  const auto refused = refuse_protected(scene_.found(place + "/passwd"), ProtectedPlaces());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::denied);
}

TEST_F(MountsOfAHost, APartOfAProtectedDirectoryStaysOneUnderAnotherName) {
  const std::string place = directory("bound");
  const Mounted bound(nullptr, "/usr/share", place, MS_BIND);
  const auto refused = refuse_protected(*resolve_directory(place + "/doc", scene_.root()), ProtectedPlaces());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::denied);
  EXPECT_THAT(refused.error().text(), HasSubstr("/usr"));
}

TEST_F(MountsOfAHost, AFileIsTakenThroughAMountOfItsDirectory) {
  directory("real");
  scene_.write("real/file", "content");
  const std::string place = directory("bound");
  const Mounted bound(nullptr, scene_.path_of("real"), place, MS_BIND);
  EXPECT_TRUE(refuse_protected(scene_.found(place + "/file"), ProtectedPlaces()));
  ASSERT_TRUE(scene_.take(place + "/file"));
  EXPECT_FALSE(std::filesystem::exists(scene_.path_of("real/file")));
}

TEST_F(MountsOfAHost, AFileThatSomethingIsMountedOnIsLeftAlone) {
  const std::string path = scene_.write("file", "below");
  const std::string above = scene_.write("above", "above");
  const Mounted bound(nullptr, above, path, MS_BIND);
  const auto taken = scene_.take(path);
  expect_untouched(taken, path, "above", Errc::conflict);
  EXPECT_THAT(taken.error().text(), HasSubstr("mount point"));
}

TEST_F(MountsOfAHost, AFileOnAReadOnlyMountIsLeftAloneAndItsCopyGoes) {
  const std::string place = directory("frozen");
  const std::string path = scene_.write("frozen/file", "content");
  const Mounted bound(nullptr, place, place, MS_BIND);
  bound.make_read_only();
  expect_untouched(scene_.take(path), path, "content", Errc::denied);
}

TEST_F(MountsOfAHost, AnImmutableFileIsLeftAloneAndTheCureIsNamed) {
  const std::string path = scene_.write("file", "content");
  const auto frozen = test::run_program(test::kHere, {"chattr", "+i", path});
  if (frozen.code != 0) GTEST_SKIP() << "this file system cannot make files immutable: " << frozen.output;
  const auto taken = scene_.take(path);
  test::output_of(test::kHere, {"chattr", "-i", path});
  expect_untouched(taken, path, "content", Errc::denied);
  EXPECT_THAT(taken.error().text(), HasSubstr("chattr"));
}

TEST_F(MountsOfAHost, ADeviceIsLeftAlone) {
  const auto taken = scene_.take("/dev/zero");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::invalid);
}

TEST_F(MountsOfAHost, AFileOfAnotherFileSystemGoesAndComesBack) {
  const std::string place = directory("other");
  const Mounted other("tmpfs", "lab", place, 0, "size=1m");
  const std::string path = scene_.write("other/file", "content");
  ASSERT_TRUE(scene_.take(path));
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE(scene_.put_back());
  EXPECT_EQ(scene_.read(path), "content");
}

TEST_F(MountsOfAHost, AFileOfAnOverlayGoesIsProvedAndComesBack) {
  const std::string lower = directory("lower"), upper = directory("upper"), work = directory("work");
  scene_.write("lower/below", "from below");
  const std::string place = directory("merged");
  const Mounted merged("overlay", "lab", place, 0,
                       "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work);
  scene_.write("merged/above", "from above");
  for (const auto& [name, action] : {std::pair("merged/below", "a1"), {"merged/above", "a2"}}) {
    const std::string path = scene_.path_of(name);
    const std::string content = scene_.read(path);
    const auto taken = scene_.take(path, action);
    ASSERT_TRUE(taken) << taken.error().text();
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_THAT(prove_taken(action, scene_.vault(), scene_.root())->against, IsEmpty());
    const auto back = scene_.put_back(action);
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(scene_.read(path), content);
  }
}

/// A vault on a disk of so many pages.
class FullDisk : public ::testing::TestWithParam<int> {
 protected:
  static constexpr std::uint64_t kPage = 4096;
  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
};

TEST_P(FullDisk, LeavesTheFileAtItsPlaceAndNothingInTheVault) {
  std::filesystem::create_directory(scratch_.path() / "small");
  const Mounted small("tmpfs", "lab", (scratch_.path() / "small").string(), 0,
                      "size=" + std::to_string(kPage * static_cast<unsigned>(GetParam())));
  const test::VaultScene on_small_disk(scratch_.path() / "small");
  const std::string content(3 * kPage, 'x');
  const std::string path = scene_.write("file", content);
  const auto taken = take_in(scene_.found(path), "a1", {}, on_small_disk.vault(), test::kTakenAt);
  // 3 pages of content and one of the sidecar.
  ASSERT_EQ(taken.has_value(), GetParam() >= 4) << (taken ? "" : taken.error().text());
  if (taken) return;
  EXPECT_EQ(taken.error().code, Errc::unavailable);
  EXPECT_EQ(scene_.read(path), content);
  EXPECT_TRUE(std::filesystem::is_empty(on_small_disk.vault_path()));
}

TEST_P(FullDisk, PutsNothingBackInPart) {
  const std::filesystem::path place = std::filesystem::canonical(scratch_.path()) / "small";
  std::filesystem::create_directory(place);
  const Mounted small("tmpfs", "lab", place.string(), 0,
                      "size=" + std::to_string(kPage * static_cast<unsigned>(GetParam())));
  const std::string content(4 * kPage, 'x');
  ASSERT_TRUE(scene_.take(scene_.write("file", content)));
  const auto back = put_back("a1", scene_.vault(), *resolve_directory(place.string(), scene_.root()));
  ASSERT_EQ(back.has_value(), GetParam() >= 4) << (back ? "" : back.error().text());
  EXPECT_EQ(std::filesystem::exists(place / "file"), back.has_value());
  EXPECT_TRUE(back || back.error().code == Errc::unavailable);
}

INSTANTIATE_TEST_SUITE_P(Pages, FullDisk, ::testing::Values(1, 2, 3, 4, 8));

}  // namespace
}  // namespace riposte::files
