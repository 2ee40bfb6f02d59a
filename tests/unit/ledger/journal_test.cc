#include "agent/ledger/journal.h"

#include <fstream>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/hex.h"
#include "engine/order/names.h"
#include "tests/support/failing_sync.h"
#include "tests/support/scratch.h"
#include "tests/unit/ledger/ledger_samples.h"

namespace riposte::agent {
namespace {

const std::string kMachine = "8f2d6a0c4e5b47d1a9c3e7f1b2d4c6e8";

class JournalTest : public ::testing::Test {
 protected:
  struct Opened {
    Result<Journal> journal;
    std::vector<Entry> entries;
  };
  Opened open(const std::string& machine = kMachine) const {
    std::vector<Entry> entries;
    auto journal = Journal::open(path(), machine, [&](const Entry& entry) { entries.push_back(entry); });
    return {std::move(journal), std::move(entries)};
  }
  std::filesystem::path path() const { return scratch_.path() / "journal"; }
  std::string bytes() const { return scratch_.read("journal"); }
  void put(const std::string& bytes) const { scratch_.write("journal", bytes); }

  static std::vector<Entry> entries_of(int first, int count) {
    std::vector<Entry> entries;
    for (int number = first; number < first + count; ++number)
      entries.emplace_back(start_of(order_of(number, block())));
    return entries;
  }
  /// Appends one after the other; the sizes of the file after each.
  std::vector<std::size_t> write(int first, int count) const {
    Opened opened = open();
    std::vector<std::size_t> sizes{bytes().size()};
    for (const Entry& entry : entries_of(first, count)) {
      EXPECT_TRUE(opened.journal->append({&entry, 1}));
      sizes.push_back(bytes().size());
    }
    return sizes;
  }

  test::Scratch scratch_;
};

Entry large_entry() {
  Started large = start_of(order_of(1, block()));
  large.plan = std::string(kPlanBytesMax, 'p');
  return large;
}

/// The bytes of an empty journal, filled up until one more record of three large entries is one too many.
std::string filled(std::string bytes, std::size_t bytes_max) {
  const auto head = read_journal(bytes, [](const Entry&) {})->head;
  const std::vector<Entry> batch(3, large_entry());
  for (std::uint64_t written = 0;; written += batch.size()) {
    const std::string record = *encode_record(head, written, batch);
    if (bytes.size() + record.size() > bytes_max) return bytes;
    bytes += record;
  }
}

TEST_F(JournalTest, BeginsEmptyWithAnIdOfItsOwn) {
  const Opened first = open();
  ASSERT_TRUE(first.journal) << first.journal.error().text();
  EXPECT_EQ(first.journal->sequence(), 0U);
  EXPECT_TRUE(is_hex(first.journal->id(), order::kJournalIdDigits));
  test::Scratch elsewhere;
  const auto other = Journal::open(elsewhere.path() / "journal", kMachine, [](const Entry&) {});
  EXPECT_NE(other->id(), first.journal->id());
}

TEST_F(JournalTest, GivesBackWhatWasWrittenInItsOrder) {
  std::string id;
  {
    Opened opened = open();
    id = opened.journal->id();
    ASSERT_TRUE(opened.journal->append(entries_of(0, 3)));
    ASSERT_TRUE(opened.journal->append(entries_of(3, 1)));
    ASSERT_TRUE(opened.journal->append({}));
    EXPECT_EQ(opened.journal->sequence(), 4U);
  }
  const Opened again = open();
  EXPECT_EQ(again.entries, entries_of(0, 4));
  EXPECT_EQ(again.journal->sequence(), 4U);
  EXPECT_EQ(again.journal->id(), id);
}

/// Whatever a crash leaves of the last append: all that was acknowledged before is there, and it can go on.
TEST_F(JournalTest, SurvivesAKillAtEveryByteOfAnAppend) {
  const std::vector<std::size_t> sizes = write(0, 2);
  const std::vector<Entry> last{Released{action_of(0), test::kIssued}, FenceRaised{1, 2}};
  {
    Opened opened = open();
    ASSERT_TRUE(opened.journal->append(last));
  }
  const std::string whole = bytes();
  for (std::size_t kept = sizes.back(); kept <= whole.size(); ++kept) {
    put(whole.substr(0, kept));
    {
      Opened torn = open();
      ASSERT_TRUE(torn.journal) << kept << ": " << torn.journal.error().text();
      ASSERT_EQ(torn.entries.size(), kept == whole.size() ? 4U : 2U) << kept;
      ASSERT_TRUE(torn.journal->append(entries_of(7, 1))) << kept;
    }
    ASSERT_EQ(open().entries.back(), entries_of(7, 1).front()) << kept;
  }
}

TEST_F(JournalTest, TakesNoRecordOfAnotherJournal) {
  const std::vector<std::size_t> sizes = write(0, 2);
  const std::string foreign = bytes().substr(sizes[1]);
  std::filesystem::remove(path());
  const std::size_t mine = write(0, 1).back();
  put(bytes() + foreign);
  EXPECT_EQ(open().entries, entries_of(0, 1));
  EXPECT_EQ(bytes().size(), mine);
}

TEST_F(JournalTest, OfAnotherMachineIsFenced) {
  write(0, 1);
  const Opened copied = open("another-machine");
  ASSERT_FALSE(copied.journal);
  EXPECT_EQ(copied.journal.error().code, Errc::fenced);
}

TEST_F(JournalTest, IsFencedWhileAnotherProcessHasIt) {
  const Opened opened = open();
  EXPECT_EQ(open().journal.error().code, Errc::fenced);
}

TEST_F(JournalTest, IsWorthCompactingWhenItIsLargeAndTwiceWhatItWas) {
  write(0, 0);
  EXPECT_FALSE(open().journal->is_worth_compacting());
  put(filled(bytes(), kCompactBytesMin + kRecordBytesMax));
  Opened opened = open();
  EXPECT_TRUE(opened.journal->is_worth_compacting()) << "how much of it is needed is not known yet";
  ASSERT_TRUE(opened.journal->compact(opened.entries));
  EXPECT_GT(bytes().size(), kCompactBytesMin);
  EXPECT_FALSE(opened.journal->is_worth_compacting()) << "all of it is needed";
  ASSERT_TRUE(opened.journal->compact({}));
  EXPECT_LT(bytes().size(), kRecordBytesMax);
}

TEST_F(JournalTest, StaysLockedThroughACompaction) {
  Opened opened = open();
  ASSERT_TRUE(opened.journal->compact({}));
  EXPECT_EQ(open().journal.error().code, Errc::fenced);
}

TEST_F(JournalTest, ThatIsNoPlainFileIsCorrupt) {
  std::filesystem::create_directory(path());
  EXPECT_EQ(open().journal.error().code, Errc::corrupt);
  std::filesystem::remove(path());
  std::filesystem::create_symlink("elsewhere", path());
  EXPECT_EQ(open().journal.error().code, Errc::corrupt);
}

TEST_F(JournalTest, TellsWhenItWasPutBackToAnEarlierCopy) {
  write(0, 3);
  const std::string copy = bytes();
  write(3, 2);
  const std::uint64_t told = open().journal->sequence();
  const std::string id = open().journal->id();
  put(copy);
  const Opened put_back = open();
  EXPECT_EQ(put_back.journal->id(), id);
  EXPECT_LT(put_back.journal->sequence(), told);
  std::filesystem::remove(path());
  EXPECT_NE(open().journal->id(), id) << "a new journal must not pass for the old one";
}

TEST_F(JournalTest, CompactedGivesTheSameLedgerAndNeverAnEarlierSequence) {
  std::string id;
  Ledger before;
  std::uint64_t told = 0;
  {
    Opened opened = open();
    id = opened.journal->id();
    for (int number = 0; number < 50; ++number) {
      const order::Order order = order_of(number, block());
      const std::vector<Entry> entries{start_of(order), end_of(order, ResultWord::error),
                                       Acknowledged{order.action, order.expires_at}};
      ASSERT_TRUE(opened.journal->append(entries));
      for (const Entry& entry : entries) before.apply(entry);
    }
    before.apply(start_of(order_of(50, block())));
    ASSERT_TRUE(opened.journal->append(std::vector<Entry>{start_of(order_of(50, block()))}));
    EXPECT_EQ(before.forget(), 50U);
    const std::size_t size = bytes().size();
    told = opened.journal->sequence();
    ASSERT_TRUE(opened.journal->compact(before.snapshot()));
    EXPECT_LT(bytes().size(), size / 10);
    EXPECT_EQ(opened.journal->sequence(), told);
    ASSERT_TRUE(opened.journal->append(entries_of(60, 1)));
  }
  Opened again = open();
  EXPECT_EQ(again.journal->id(), id);
  EXPECT_EQ(again.journal->sequence(), told + 1);
  before.apply(entries_of(60, 1).front());
  EXPECT_EQ(folded(again.entries), before);
}

TEST_F(JournalTest, IsWholeWhenACompactionWasKilledBeforeOrAfterTheExchange) {
  write(0, 3);
  const std::string whole = bytes();
  for (const std::size_t kept : {std::size_t{0}, std::size_t{5}, whole.size() / 2, whole.size()}) {
    scratch_.write("journal.new", whole.substr(0, kept));
    Opened opened = open();
    ASSERT_TRUE(opened.journal);
    EXPECT_EQ(opened.entries, entries_of(0, 3));
    ASSERT_TRUE(opened.journal->compact(opened.entries)) << "what the killed one left is in the way";
    EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "journal.new"));
  }
}

TEST_F(JournalTest, RefusesARecordThatIsTooLargeAndStaysAsItWas) {
  Opened opened = open();
  const std::string before = bytes();
  EXPECT_EQ(opened.journal->append(std::vector<Entry>(5, large_entry())).error().code, Errc::invalid);
  EXPECT_EQ(bytes(), before);
  EXPECT_TRUE(opened.journal->append(std::vector<Entry>(3, large_entry())));
}

TEST_F(JournalTest, IsFullAtItsLargestSizeAndKeepsRoomForWhatEndsEffects) {
  write(0, 0);
  put(filled(bytes(), kJournalBytesMax - kReserveBytes - kRecordBytesMax));
  Opened opened = open();
  ASSERT_TRUE(opened.journal) << opened.journal.error().text();
  EXPECT_TRUE(opened.journal->has_room());
  ASSERT_TRUE(opened.journal->append(std::vector<Entry>(3, large_entry())));
  EXPECT_FALSE(opened.journal->has_room());
  const std::vector<Entry> releases(100, Released{action_of(1), test::kIssued});
  std::size_t released = 0;
  while (opened.journal->append(releases)) released += releases.size();
  EXPECT_GT(released, kHoldingsMax);
  ASSERT_TRUE(opened.journal->compact({}));
  EXPECT_TRUE(opened.journal->has_room());
  EXPECT_FALSE(opened.journal->is_worth_compacting());
}

/// What a child of this test found in a small file system of its own.
enum class Found : std::uint8_t {
  nothing_wrong,
  no_file_system,
  no_room_at_first,
  room_on_a_full_disk,
  too_few_releases,
  wrong_error,
  entries_lost,
};

constexpr std::size_t kSmallDiskBytes = std::size_t{6} * 1024 * 1024;

bool mount_small_disk(const std::filesystem::path& folder) {
  const int own_users = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
  const std::string size = "size=" + std::to_string(kSmallDiskBytes);
  return ::unshare(CLONE_NEWNS | own_users) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("none", folder.c_str(), "tmpfs", 0, size.c_str()) == 0;
}

void fill_disk(const std::filesystem::path& folder) {
  std::ofstream filler(folder / "filler", std::ios::binary);
  while (filler << std::string(4096, 'f') << std::flush) {
  }
}

Found on_a_full_disk(const std::filesystem::path& folder) {
  if (!mount_small_disk(folder)) return Found::no_file_system;
  std::size_t written = 0;
  {
    auto journal = Journal::open(folder / "journal", kMachine, [](const Entry&) {});
    if (!journal || !journal->has_room()) return Found::no_room_at_first;
    fill_disk(folder);
    while (journal->has_room()) {
      if (!journal->append(std::vector<Entry>{large_entry()})) return Found::room_on_a_full_disk;
      ++written;
    }
    const std::vector<Entry> releases(100, Released{action_of(1), test::kIssued});
    const std::size_t before = written;
    auto appended = journal->append(releases);
    for (; appended; appended = journal->append(releases)) written += releases.size();
    if (written - before < kHoldingsMax) return Found::too_few_releases;
    if (appended.error().code != Errc::unavailable) return Found::wrong_error;
  }
  std::size_t found = 0;
  const auto again = Journal::open(folder / "journal", kMachine, [&](const Entry&) { ++found; });
  return again && found == written ? Found::nothing_wrong : Found::entries_lost;
}

TEST_F(JournalTest, KeepsRoomOnAFullDiskForWhatEndsEffects) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(std::to_underlying(on_a_full_disk(scratch_.path())));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == std::to_underlying(Found::no_file_system))
    GTEST_SKIP() << "no file system of one's own can be mounted here";
  EXPECT_EQ(WEXITSTATUS(status), std::to_underlying(Found::nothing_wrong));
}

/// What a failed sync leaves on disk nobody knows, and a second try that succeeds says nothing about it.
TEST_F(JournalTest, ThatCouldNotBeSyncedIsBrokenForGood) {
  write(1, 1);
  {
    auto opened = open();
    ASSERT_TRUE(opened.journal);
    test::with_failing_sync([&] {
      const auto appended = opened.journal->append(entries_of(2, 1));
      ASSERT_FALSE(appended);
      EXPECT_EQ(appended.error().code, Errc::corrupt);
      EXPECT_NE(appended.error().text().find("syncing"), std::string::npos) << appended.error().text();
    });
    EXPECT_EQ(opened.journal->append(entries_of(3, 1)).error().code, Errc::corrupt);
    EXPECT_EQ(opened.journal->compact(entries_of(1, 1)).error().code, Errc::corrupt);
    EXPECT_FALSE(opened.journal->has_room());
    EXPECT_EQ(opened.journal->sequence(), 1U);
  }
  const auto anew = open();
  ASSERT_TRUE(anew.journal) << anew.journal.error().text();
  EXPECT_EQ(anew.entries.front(), entries_of(1, 1).front()) << "what was promised before is there";
  EXPECT_LE(anew.entries.size(), 2U);
}

TEST_F(JournalTest, ThatCannotBeSyncedDoesNotBegin) {
  test::with_failing_sync([&] { EXPECT_EQ(open().journal.error().code, Errc::corrupt); });
  EXPECT_EQ(bytes(), "");
  EXPECT_TRUE(open().journal);
}

TEST_F(JournalTest, ThatCannotBeSyncedIsNotReplacedByAShorterOne) {
  write(1, 3);
  const std::string before = bytes();
  auto opened = open();
  test::with_failing_sync(
      [&] { EXPECT_EQ(opened.journal->compact(entries_of(3, 1)).error().code, Errc::corrupt); });
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(opened.journal->append(entries_of(4, 1)).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace riposte::agent
