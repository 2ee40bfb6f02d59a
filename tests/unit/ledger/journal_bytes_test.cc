#include "agent/ledger/journal_bytes.h"

#include <gtest/gtest.h>

#include "tests/unit/ledger/ledger_samples.h"

namespace riposte::agent {
namespace {

const JournalHead kHead{std::string(order::kJournalIdDigits, 'a'), "machine", 40};

/// A journal of the head and so many records of one start each, and where each of them ends.
struct Written {
  std::string bytes = encode(kHead);
  std::vector<std::size_t> ends{bytes.size()};

  explicit Written(int records) {
    for (int number = 0; number < records; ++number) {
      bytes += *encode_record(kHead, kHead.entries_before + static_cast<std::uint64_t>(number), one(number));
      ends.push_back(bytes.size());
    }
  }
  static std::vector<Entry> one(int number) { return {start_of(order_of(number, block()))}; }
};

struct Read {
  Result<JournalReading> reading;
  std::vector<Entry> entries;
};
Read read(std::string_view bytes) {
  std::vector<Entry> entries;
  auto reading = read_journal(bytes, [&](const Entry& entry) { entries.push_back(entry); });
  return {std::move(reading), std::move(entries)};
}

/// Everything but the last record was read, and where that begins is known.
void expect_torn(const Written& written, const std::string& bytes, std::size_t at) {
  const Read torn = read(bytes);
  ASSERT_TRUE(torn.reading) << at << ": " << torn.reading.error().text();
  const std::size_t records = written.ends.size() - 2;
  ASSERT_EQ(torn.entries.size(), records) << at;
  ASSERT_EQ(torn.reading->whole_bytes, written.ends[records]) << at;
  ASSERT_EQ(torn.reading->entries, kHead.entries_before + records) << at;
}

TEST(JournalBytes, GiveBackHeadEntriesAndTheirNumber) {
  const Written written(3);
  const Read whole = read(written.bytes);
  ASSERT_TRUE(whole.reading);
  EXPECT_EQ(whole.reading->head, kHead);
  EXPECT_EQ(whole.reading->entries, kHead.entries_before + 3);
  EXPECT_EQ(whole.reading->whole_bytes, written.bytes.size());
  EXPECT_EQ(whole.entries[2], Written::one(2).front());
}

TEST(JournalBytes, LoseNothingButTheLastRecordWhereverItIsTorn) {
  const Written written(3);
  for (std::size_t at = written.ends[2]; at < written.bytes.size(); ++at)
    expect_torn(written, written.bytes.substr(0, at), at);
}

TEST(JournalBytes, LoseNothingButTheLastRecordWhenTheDiskGotOnlyItsBeginningOrItsEnd) {
  const Written written(3);
  const std::size_t begin = written.ends[2];
  for (std::size_t at = begin; at < written.bytes.size(); ++at) {
    std::string beginning = written.bytes;
    std::fill(beginning.begin() + static_cast<std::ptrdiff_t>(at), beginning.end(), '\0');
    if (beginning != written.bytes) expect_torn(written, beginning, at);
    std::string end = written.bytes;
    std::fill_n(end.begin() + static_cast<std::ptrdiff_t>(begin), at - begin + 1, '\0');
    if (end != written.bytes) expect_torn(written, end, at);
  }
}

/// The last record may have been torn; every other one was synced before the next, so it was acknowledged.
TEST(JournalBytes, AreCorruptWhenAnyBitBeforeTheLastRecordIsFlipped) {
  const Written written(3);
  for (std::size_t bit = 0; bit < 8 * written.bytes.size(); ++bit) {
    std::string damaged = written.bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    if (bit / 8 >= written.ends[2]) {
      expect_torn(written, damaged, bit / 8);
    } else {
      const Read refused = read(damaged);
      ASSERT_FALSE(refused.reading) << "bit " << bit;
      ASSERT_EQ(refused.reading.error().code, Errc::corrupt) << "bit " << bit;
    }
  }
}

TEST(JournalBytes, AreCorruptWhenTheLastTwoRecordsAreDamaged) {
  const Written written(3);
  for (std::size_t back = 1; back < 36; ++back) {
    std::string damaged = written.bytes;
    damaged[written.ends[2] - back] ^= 1;
    damaged[written.ends[3] - back] ^= 1;
    const Read refused = read(damaged);
    ASSERT_FALSE(refused.reading) << back;
    ASSERT_EQ(refused.reading.error().code, Errc::corrupt);
  }
}

TEST(JournalBytes, AreCorruptWhenARecordIsMissingOrStandsTwice) {
  const Written written(3);
  const std::string& whole = written.bytes;
  EXPECT_EQ(read(whole.substr(0, written.ends[1]) + whole.substr(written.ends[2])).reading.error().code,
            Errc::corrupt);
  EXPECT_EQ(read(whole.substr(0, written.ends[2]) + whole.substr(written.ends[1])).reading.error().code,
            Errc::corrupt);
}

TEST(JournalBytes, AreCorruptWhenMoreThanOneRecordIsGone) {
  const Written written(1);
  EXPECT_TRUE(read(written.bytes + std::string(kRecordBytesMax, '\0')).reading);
  EXPECT_TRUE(read(Written(0).bytes + std::string(kRecordBytesMax, '\0')).reading);
  const Read refused = read(written.bytes + std::string(2 * kRecordBytesMax, '\0'));
  ASSERT_FALSE(refused.reading);
  EXPECT_EQ(refused.reading.error().code, Errc::corrupt);
  EXPECT_NE(refused.reading.error().what.find("look at the host by hand"), std::string::npos);
}

TEST(JournalBytes, AreCorruptWhenTheHeadEndsTooEarly) {
  const std::string head = encode(kHead);
  for (std::size_t length = 0; length < head.size(); ++length)
    ASSERT_FALSE(read(head.substr(0, length)).reading) << length;
}

}  // namespace
}  // namespace riposte::agent
