#include "connectors/script/script_journal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/scratch.h"

namespace riposte {
namespace {

const ActionId some_id("0123456789abcdef0123456789abcdef");

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
  const auto entry = open().find(some_id);
  ASSERT_TRUE(entry);
  EXPECT_FALSE(entry->started);
  EXPECT_FALSE(entry->done);
}

TEST_F(ScriptJournalTest, RemembersAStartAcrossARestart) {
  ASSERT_TRUE(open().record_started(some_id, false));
  const auto entry = open().find(some_id);
  EXPECT_TRUE(entry->started);
  EXPECT_FALSE(entry->done);
}

TEST_F(ScriptJournalTest, RemembersTheWholeOutcome) {
  const Outcome outcome{
      Outcome::Kind::error, "exit code 3: \"quoted\"\n", {{"exit_code", "3"}, {"output", "a\\nb"}}};
  auto journal = open();
  ASSERT_TRUE(journal.record_started(some_id, false));
  ASSERT_TRUE(journal.record_done(some_id, outcome));
  const auto done = open().find(some_id)->done;
  ASSERT_TRUE(done);
  EXPECT_EQ(done->kind, outcome.kind);
  EXPECT_EQ(done->detail, outcome.detail);
  EXPECT_EQ(done->evidence, outcome.evidence);
}

TEST_F(ScriptJournalTest, KeepsAnOutcomeWhoseTextIsNoUtf8) {
  ASSERT_TRUE(open().record_done(some_id, {Outcome::Kind::ok, "\xff\xfe", {}}));
  EXPECT_TRUE(open().find(some_id)->done);
}

TEST_F(ScriptJournalTest, ASecondStartIsAConflictUnlessAllowed) {
  auto journal = open();
  ASSERT_TRUE(journal.record_started(some_id, false));
  EXPECT_EQ(journal.record_started(some_id, false).error().code, Errc::conflict);
  EXPECT_TRUE(journal.record_started(some_id, true));
}

TEST_F(ScriptJournalTest, ATornRecordOfAnEndIsCorruptAndNeverTakenForNone) {
  auto journal = open();
  scratch_.write("scripts/" + some_id.value() + ".done", "{\"outcome\":\"ok\",\"det");
  EXPECT_EQ(journal.find(some_id).error().code, Errc::corrupt);
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
  ASSERT_TRUE(journal.record_started(some_id, false));
  ASSERT_TRUE(journal.record_done(some_id, {}));
  const WallTime now = SystemClock().now();
  EXPECT_TRUE(open(now + kJournalRetention - std::chrono::minutes(1)).find(some_id)->done);
  const auto later = open(now + kJournalRetention + std::chrono::minutes(1));
  EXPECT_FALSE(later.find(some_id)->started);
  EXPECT_FALSE(later.find(some_id)->done);
  EXPECT_GT(later.reaches_back_to(), now);
  ASSERT_TRUE(open().record_started(young, false));
  EXPECT_TRUE(open().find(young)->started);
}

TEST_F(ScriptJournalTest, AFolderThatCannotBeMadeIsAnErrorWithItsName) {
  scratch_.write("file", "");
  const auto journal = ScriptJournal::open(scratch_.path() / "file" / "scripts", {});
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, Errc::unavailable);
  EXPECT_NE(journal.error().what.find("file/scripts"), std::string::npos);
}

}  // namespace
}  // namespace riposte
