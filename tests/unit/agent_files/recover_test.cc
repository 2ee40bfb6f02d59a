#include "agent/files/recover.h"

#include <filesystem>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/files/proof.h"
#include "tests/support/scratch.h"
#include "tests/support/vault_scene.h"

namespace riposte::files {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Recovery : public ::testing::Test {
 protected:
  static Nameless in_memory(const std::string& content) {
    Descriptor memory(::memfd_create("payload", MFD_CLOEXEC));
    EXPECT_EQ(::write(memory.number(), content.data(), content.size()), std::ssize(content));
    const FileFacts facts = test::must(facts_of(memory));
    return {"/memfd:payload (deleted)", std::move(memory), facts};
  }
  Result<Taken> recovered(const Nameless& program, const Meant& meant = {}) const {
    return recover(program, "a1", meant, scene_.vault(), test::kTakenAt);
  }
  void expect_refused(const Result<Taken>& taken, Errc code, const std::string& words) const {
    ASSERT_FALSE(taken) << words;
    EXPECT_EQ(taken.error().code, code) << taken.error().text();
    EXPECT_THAT(taken.error().text(), HasSubstr(words));
    EXPECT_TRUE(std::filesystem::is_empty(scene_.vault_path()));
  }

  test::Scratch scratch_;
  test::VaultScene scene_{scratch_.path()};
};

TEST_F(Recovery, TakesInWhatLivesInMemoryAndSaysThatItHadNoName) {
  const auto program = in_memory("payload");
  const auto taken = recovered(program);
  ASSERT_TRUE(taken) << taken.error().text();
  EXPECT_FALSE(taken->already);
  EXPECT_EQ(scene_.kept(), "payload");
  const auto entry = *scene_.vault().find("a1");
  EXPECT_EQ(entry->stage, Vault::Stage::taken) << "there is nothing to wait for";
  EXPECT_TRUE(entry->sidecar.nameless);
  EXPECT_EQ(entry->sidecar.path, program.path);
  EXPECT_EQ(entry->sidecar.taken_at, test::kTakenAt);
  EXPECT_TRUE(recovered(in_memory("payload, written anew"))->already);
  EXPECT_EQ(scene_.kept(), "payload");
  const auto finished = finish_taking("a1", scene_.vault(), scene_.root(), test::kTakenAt);
  EXPECT_TRUE(finished && *finished && (*finished)->already);
}

TEST_F(Recovery, RefusesWhatIsNotMeantOrTooLargeAndLeavesNothing) {
  expect_refused(recovered(in_memory("payload"), {.sha256 = std::string(64, 'a')}), Errc::conflict,
                 "has the SHA-256");
  expect_refused(recovered(in_memory("payload"), {.size = 8}), Errc::conflict, "7 bytes, not 8");
  const test::VaultScene small(scratch_.path(), {.file_bytes = 6});
  expect_refused(recover(in_memory("payload"), "a1", {}, small.vault(), test::kTakenAt), Errc::unavailable,
                 "7 bytes");
  Nameless folder = in_memory("");
  folder.facts.type = S_IFDIR;
  expect_refused(recovered(folder), Errc::invalid, "no regular file");
}

TEST_F(Recovery, TakesNoEntryOfAFileForItsOwn) {
  ASSERT_TRUE(scene_.take(scene_.write("file", "another")));
  const auto taken = recovered(in_memory("payload"));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::conflict);
  EXPECT_EQ(scene_.kept(), "another");
}

TEST_F(Recovery, IsNotPutBackAndNothingAppearsUnderTheNameThatWasShown) {
  Nameless program = in_memory("payload");
  program.path = scene_.path_of("x (deleted)");
  ASSERT_TRUE(recovered(program));
  const auto back = scene_.put_back();
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Errc::invalid);
  EXPECT_THAT(back.error().text(), HasSubstr("never was a file's name"));
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path() / "place"));
}

TEST_F(Recovery, IsProvenByTheCopyAloneWhateverHasTheNameThatWasShown) {
  Nameless program = in_memory("payload");
  program.path = scene_.write("x (deleted)", "another");
  program.facts = scene_.found(program.path).facts;
  ASSERT_TRUE(recovered(program));
  const auto proof = test::must(prove_taken("a1", scene_.vault(), scene_.root()));
  EXPECT_THAT(proof.against, IsEmpty());
  EXPECT_TRUE(proof.nameless);
  std::filesystem::resize_file(scene_.vault_path() / "a1.q", 3);
  EXPECT_THAT(test::must(prove_taken("a1", scene_.vault(), scene_.root())).against,
              ::testing::ElementsAre(HasSubstr("damaged")));
}

}  // namespace
}  // namespace riposte::files
