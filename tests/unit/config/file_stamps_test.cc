#include "engine/config/file_stamps.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/scratch.h"

namespace riposte {
namespace {

namespace fs = std::filesystem;

class Stamps : public testing::Test {
 protected:
  Stamps() {
    folder_.write("rules/a.yml", "a");
    folder_.write("rules/deep/b.yaml", "b");
    before_ = now();
  }

  FileStamps now() const { return stamps_of(std::array{path("rules")}); }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  test::Scratch folder_;
  FileStamps before_;
};

TEST_F(Stamps, StayTheSameWhileNothingIsDone) { EXPECT_EQ(now(), before_); }

TEST_F(Stamps, AreOfTheFolderAndTheFilesThatTheRuleReaderFinds) {
  folder_.write("rules/notes.txt", "x");
  folder_.write("rules/.hidden.yml", "x");
  folder_.write("rules/.git/c.yml", "x");
  EXPECT_EQ(now(), before_) << "none of these is a rule";
  std::vector<std::string> names;
  for (const auto& [name, stamp] : before_) names.push_back(name);
  EXPECT_THAT(names, testing::ElementsAre(path("rules"), path("rules/a.yml"), path("rules/deep/b.yaml")));
}

TEST_F(Stamps, ShowAFileWrittenInPlaceWithTheSameSizeAndTime) {
  const auto time = fs::last_write_time(path("rules/a.yml"));
  const auto tick = before_.at(path("rules/a.yml")).changed_ns;
  do {  // the file system's clock may not have moved on since
    folder_.write("rules/a.yml", "A");
    fs::last_write_time(path("rules/a.yml"), time);
  } while (now().at(path("rules/a.yml")).changed_ns == tick);
  EXPECT_NE(now(), before_);
}

TEST_F(Stamps, ShowAFileThatIsRenamedOverAnother) {
  folder_.write("rules/.a.yml.new", "A");
  fs::rename(path("rules/.a.yml.new"), path("rules/a.yml"));
  EXPECT_NE(now(), before_);
}

TEST_F(Stamps, ShowAFileThatComesOrGoes) {
  folder_.write("rules/deep/er/c.yml", "c");
  EXPECT_NE(now(), before_);
  fs::remove_all(path("rules/deep/er"));
  EXPECT_EQ(now(), before_);
  fs::remove(path("rules/a.yml"));
  EXPECT_NE(now(), before_);
}

TEST_F(Stamps, ShowAFileThatBecomesReadable) {
  fs::permissions(path("rules/a.yml"), fs::perms::none);
  const FileStamps closed = now();
  const auto tick = closed.at(path("rules/a.yml")).changed_ns;
  do {
    fs::permissions(path("rules/a.yml"), fs::perms::none);
    fs::permissions(path("rules/a.yml"), fs::perms::owner_read);
  } while (now().at(path("rules/a.yml")).changed_ns == tick);
  EXPECT_NE(now(), closed);
}

TEST_F(Stamps, ShowALinkThatLeadsElsewhere) {
  folder_.write("versions/1/rules/a.yml", "a");
  folder_.write("versions/2/rules/a.yml", "a");
  fs::create_symlink("1", path("versions/current"));
  const auto look = [&] { return stamps_of(std::array{path("versions/current/rules")}); };
  const FileStamps first = look();
  fs::create_symlink("2", path("versions/next"));
  fs::rename(path("versions/next"), path("versions/current"));
  EXPECT_NE(look(), first);
}

TEST_F(Stamps, ShowALinkThatLeadsNowhere) {
  fs::create_symlink("nowhere", path("rules/link.yml"));
  EXPECT_NE(now(), before_);
  EXPECT_EQ(now().at(path("rules/link.yml")), FileStamp{});
}

TEST_F(Stamps, LeaveOutAPathThatIsNotThere) {
  fs::remove_all(path("rules"));
  EXPECT_EQ(now(), FileStamps{});
}

}  // namespace
}  // namespace riposte
