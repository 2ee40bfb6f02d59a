#include "connectors/file/lines.h"

#include <gtest/gtest.h>

namespace riposte::file {

namespace {

LineSplitter splitter(std::size_t event_bytes_max, std::size_t kept_max = kLineBytesKeptMax) {
  return {StreamId("file:test#1"), Offset(0), event_bytes_max, kept_max};
}

}  // namespace

TEST(Lines, AreTheSameHoweverTheBytesArrive) {
  const std::string text = "{\"a\":1}\r\n\n{\"b\":22}\n{\"c\":333}\n";
  for (std::size_t chunk = 1; chunk <= text.size(); ++chunk) {
    LineSplitter lines = splitter(100);
    std::vector<std::pair<std::int64_t, std::string>> seen;
    for (std::size_t at = 0; at < text.size(); at += chunk) {
      lines.feed(std::string_view(text).substr(at, chunk));
      while (auto record = lines.next()) seen.emplace_back(record->offset.value(), record->bytes);
    }
    const std::vector<std::pair<std::int64_t, std::string>> expected{
        {0, "{\"a\":1}"}, {10, "{\"b\":22}"}, {19, "{\"c\":333}"}};
    EXPECT_EQ(seen, expected) << "in chunks of " << chunk;
  }
}

TEST(Lines, KeepABoundedPartOfAnEndlessLineAndFindTheNextOne) {
  LineSplitter lines = splitter(10, 100);
  for (int i = 0; i < 1000; ++i) {
    lines.feed(std::string(50, 'x'));
    ASSERT_FALSE(lines.next().has_value());
  }
  lines.feed("tail\nnext\n");
  const auto giant = lines.next();
  ASSERT_TRUE(giant.has_value());
  EXPECT_TRUE(giant->oversize);
  EXPECT_LE(giant->bytes.size(), 150U);
  EXPECT_EQ(giant->next, Offset(50 * 1000 + 5));
  const auto next = lines.next();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->bytes, "next");
  EXPECT_EQ(next->offset, Offset(50 * 1000 + 5));
}

TEST(Lines, KeepZeroBytesAndEverythingElseAsTheyAre) {
  LineSplitter lines = splitter(100);
  const std::string odd("\0\xff\x80{\0}", 6);
  lines.feed(odd + "\n");
  const auto record = lines.next();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->bytes, odd);
}

TEST(Lines, OfASplitAtTheVeryEndHaveNoLastOne) {
  LineSplitter lines = splitter(100);
  lines.feed("one\n");
  ASSERT_TRUE(lines.next().has_value());
  ASSERT_FALSE(lines.next().has_value());
  EXPECT_FALSE(lines.last().has_value());
}

}  // namespace riposte::file
