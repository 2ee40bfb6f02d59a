#include "agent/files/proof.h"

#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ProofTest : public ::testing::Test {
 protected:
  /// What speaks against it, without the processes that only root may look at.
  std::vector<std::string> against() const {
    auto proof = test::must(prove_taken("a1", scene_.vault(), scene_.root()));
    std::erase_if(proof.against,
                  [](const std::string& why) { return why.ends_with("could not be looked at"); });
    return proof.against;
  }
  static std::vector<FileUser> users(const FileFacts& facts, bool nameless) {
    return test::must(users_of(facts.id, nameless)).found;
  }

  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
  std::string path_ = scene_.write("file", "some content");
};

TEST_F(ProofTest, HoldsForAFileThatWasTakenIn) {
  ASSERT_TRUE(scene_.take(path_));
  EXPECT_THAT(against(), IsEmpty());
}

TEST_F(ProofTest, HoldsWhenAnotherFileCameToThePlace) {
  const Descriptor keeps_the_number(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(scene_.take(path_));
  scene_.write("file", "another");
  EXPECT_THAT(against(), IsEmpty());
}

TEST_F(ProofTest, HoldsWhenALinkCameToThePlaceOrTheDirectoryWent) {
  ASSERT_TRUE(scene_.take(path_));
  std::filesystem::create_symlink("/etc/passwd", path_);
  EXPECT_THAT(against(), IsEmpty());
  std::filesystem::remove_all(std::filesystem::path(path_).parent_path());
  EXPECT_THAT(against(), IsEmpty());
}

TEST_F(ProofTest, FailsWhenTheFileIsStillThere) {
  std::filesystem::create_hard_link(path_, path_ + ".second");
  ASSERT_TRUE(scene_.take(path_));
  EXPECT_THAT(against(), IsEmpty());
  std::filesystem::rename(path_ + ".second", path_);
  EXPECT_THAT(against(), ElementsAre(HasSubstr("is still there")));
}

TEST_F(ProofTest, FailsWhenTheObjectIsDamagedMissingOrAProgram) {
  ASSERT_TRUE(scene_.take(path_));
  const std::string object = (scene_.vault_path() / "a1.q").string();
  ASSERT_EQ(::chmod(object.c_str(), 0700), 0);
  EXPECT_THAT(against(), ElementsAre(HasSubstr("executable")));
  ASSERT_EQ(::chmod(object.c_str(), 0600), 0);
  ASSERT_EQ(::truncate(object.c_str(), 3), 0);
  EXPECT_THAT(against(), ElementsAre(HasSubstr("damaged")));
  std::filesystem::remove(object);
  EXPECT_THAT(against(), ElementsAre(HasSubstr("missing")));
}

TEST_F(ProofTest, SaysThatTheActionTookInNothing) {
  EXPECT_EQ(prove_taken("a9", scene_.vault(), scene_.root()).error().code, Errc::not_found);
}

TEST_F(ProofTest, FailsWhileTheFileIsMappedAndNamesTheProcess) {
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  void* const mapped = ::mmap(nullptr, 12, PROT_READ, MAP_PRIVATE, file.number(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  ASSERT_TRUE(scene_.take(path_));
  EXPECT_THAT(against(), ElementsAre("processes still run it: " + std::to_string(::getpid())));
  ASSERT_EQ(::munmap(mapped, 12), 0);
  EXPECT_THAT(against(), IsEmpty());
  const auto proof = prove_taken("a1", scene_.vault(), scene_.root());
  EXPECT_THAT(proof->users.found, Contains(FileUser{::getpid(), Use::open}));
}

TEST_F(ProofTest, IsNotMisledByAFileThatHasTheNumberNow) {
  const FileId number = scene_.found(path_).facts.id;
  ASSERT_TRUE(scene_.take(path_));
  std::string successor;
  for (int i = 0; i < 100 && successor.empty(); ++i) {
    const std::string candidate = scene_.write("file" + std::to_string(i), "some content");
    if (scene_.found(candidate).facts.id == number) successor = candidate;
  }
  if (successor.empty()) GTEST_SKIP() << "this file system does not use numbers again";
  const Descriptor file(::open(successor.c_str(), O_RDONLY | O_CLOEXEC));
  void* const mapped = ::mmap(nullptr, 12, PROT_READ, MAP_PRIVATE, file.number(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  EXPECT_THAT(against(), IsEmpty());
  ASSERT_EQ(::munmap(mapped, 12), 0);
  std::filesystem::rename(successor, path_);
  if (scene_.found(path_).facts.born) {
    EXPECT_THAT(against(), IsEmpty());
  }
}

TEST_F(ProofTest, UsersOfAFileThatStillHasANameAreFoundUnlessOnlyNamelessOnesAreWanted) {
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  void* const mapped = ::mmap(nullptr, 12, PROT_READ, MAP_PRIVATE, file.number(), 0);
  const FileFacts facts = scene_.found(path_).facts;
  EXPECT_THAT(users(facts, false), ElementsAre(FileUser{::getpid(), Use::runs}));
  EXPECT_THAT(users(facts, true), IsEmpty());
  ASSERT_EQ(::munmap(mapped, 12), 0);
  EXPECT_THAT(users(facts, false), ElementsAre(FileUser{::getpid(), Use::open}));
}

}  // namespace
}  // namespace riposte::files
