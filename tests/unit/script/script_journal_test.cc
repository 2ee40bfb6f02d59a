#include "connectors/script/script_journal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/scratch.h"

namespace riposte {
namespace {

const ActionId kSomeId("0123456789abcdef0123456789abcdef");

class ScriptJournalTest : public ::testing::Test {
 protected:
  ScriptJournal open(WallTime now = SystemClock().now()) {
    auto journal = ScriptJournal::open(scratch_.path() / "scripts", now);
    if (!journal) throw std::runtime_error(journal.error().text());
    return *journal;
  }
  test::Scratch scratch_;
};

TEST_F(ScriptJournalTest, KnowsNothingOfWhatWasNeverStarted) {
  const auto entry = open().find(kSomeId);
  ASSERT_TRUE(entry);
  EXPECT_FALSE(entry->started);
  EXPECT_FALSE(entry->done);
}

TEST_F(ScriptJournalTest, RemembersAStartAcrossARestart) {
  ASSERT_TRUE(open().record_started(kSomeId, false));
  const auto entry = open().find(kSomeId);
  EXPECT_TRUE(entry->started);
  EXPECT_FALSE(entry->done);
}

TEST_F(ScriptJournalTest, RemembersTheWholeOutcome) {
  const Outcome outcome{
      Outcome::Kind::error, "exit code 3: \"quoted\"\n", {{"exit_code", "3"}, {"output", "a\\nb"}}};
  auto journal = open();
  ASSERT_TRUE(journal.record_started(kSomeId, false));
  ASSERT_TRUE(journal.record_done(kSomeId, outcome));
  const auto done = open().find(kSomeId)->done;
  ASSERT_TRUE(done);
  EXPECT_EQ(done->kind, outcome.kind);
  EXPECT_EQ(done->detail, outcome.detail);
  EXPECT_EQ(done->evidence, outcome.evidence);
}

TEST_F(ScriptJournalTest, KeepsAnOutcomeWhoseTextIsNoUtf8) {
  ASSERT_TRUE(open().record_done(kSomeId, {Outcome::Kind::ok, "\xff\xfe", {}}));
  EXPECT_TRUE(open().find(kSomeId)->done);
}

TEST_F(ScriptJournalTest, ASecondStartIsAConflictUnlessAllowed) {
  auto journal = open();
  ASSERT_TRUE(journal.record_started(kSomeId, false));
  EXPECT_EQ(journal.record_started(kSomeId, false).error().code, Errc::conflict);
  EXPECT_TRUE(journal.record_started(kSomeId, true));
}

TEST_F(ScriptJournalTest, ATornRecordOfAnEndIsCorruptAndNeverTakenForNone) {
  auto journal = open();
  scratch_.write("scripts/" + kSomeId.value() + ".done", "{\"outcome\":\"ok\",\"det");
  EXPECT_EQ(journal.find(kSomeId).error().code, Errc::corrupt);
}

TEST_F(ScriptJournalTest, AnIdThatIsAPathIsRefused) {
  auto journal = open();
  for (const char* id : {"", "../evil", "a/b", "a.b", "a b"}) {
    EXPECT_EQ(journal.record_started(ActionId(id), false).error().code, Errc::invalid) << id;
    EXPECT_FALSE(journal.find(ActionId(id))) << id;
  }
}

TEST_F(ScriptJournalTest, OldEntriesAreRemovedAtOpenAndYoungOnesStay) {
  const ActionId young("fedcba9876543210fedcba9876543210");
  auto journal = open();
  ASSERT_TRUE(journal.record_started(kSomeId, false));
  ASSERT_TRUE(journal.record_done(kSomeId, {}));
  const WallTime now = SystemClock().now();
  EXPECT_TRUE(open(now + kJournalRetention - std::chrono::minutes(1)).find(kSomeId)->done);
  const auto later = open(now + kJournalRetention + std::chrono::minutes(1));
  EXPECT_FALSE(later.find(kSomeId)->started);
  EXPECT_FALSE(later.find(kSomeId)->done);
  EXPECT_GT(later.reaches_back_to(), now);
  ASSERT_TRUE(open().record_started(young, false));
  EXPECT_TRUE(open().find(young)->started);
}

TEST_F(ScriptJournalTest, AFolderThatCannotBeMadeIsAnErrorWithItsName) {
  scratch_.write("file", "");
  const auto journal = ScriptJournal::open(scratch_.path() / "file" / "scripts", {});
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, Errc::corrupt);
  EXPECT_NE(journal.error().what.find("file/scripts"), std::string::npos);
}

}  // namespace
}  // namespace riposte
