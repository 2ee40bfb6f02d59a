#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/file/source.h"
#include "tests/support/source_reading.h"
#include "tests/support/temporary_directory.h"

namespace riposte::test {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

bool is_exhausted(const Received& received) { return !received.exhausted.empty(); }

class FileSourceTest : public testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }

  std::unique_ptr<FileSource> open(bool follow, PositionLookup lookup = nothing_stored(),
                                   std::size_t bytes_max = 100) {
    auto source = FileSource::open({path_, follow, bytes_max}, std::move(lookup));
    EXPECT_TRUE(source.has_value()) << source.error().text();
    return std::move(*source);
  }

  Error refusal(const PositionLookup& lookup) {
    auto source = FileSource::open({path_, false, 100}, lookup);
    if (source) return {Errc::invalid, "it was opened", {}};
    return source.error();
  }

  TemporaryDirectory directory_{"riposte-file"};
  const std::filesystem::path path_ = directory_.path() / "alerts.ndjson";
  Received received_;
};

}  // namespace

TEST_F(FileSourceTest, ReadOnceGivesALastLineWithoutLineFeedAndEnds) {
  write("one\ntwo");
  const auto source = open(false);
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, is_exhausted));
  ASSERT_THAT(received_.bytes(), ElementsAre("one", "two"));
  EXPECT_EQ(received_.records[1].next, Offset(7));
  ASSERT_NO_FATAL_FAILURE(poll_into(received_, *source, std::chrono::milliseconds(1)));
  EXPECT_EQ(received_.exhausted.size(), 1U);
}

TEST_F(FileSourceTest, FollowedWaitsForTheLineFeedOfTheLastLine) {
  write("one\ntw");
  const auto source = open(true);
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(1)));
  ASSERT_NO_FATAL_FAILURE(poll_into(received_, *source, std::chrono::milliseconds(150)));
  EXPECT_THAT(received_.bytes(), ElementsAre("one"));
  write("o\n");
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(2)));
  EXPECT_THAT(received_.bytes(), ElementsAre("one", "two"));
}

TEST_F(FileSourceTest, SkipsBlankLinesAndCarriageReturnsButCountsTheirBytes) {
  write("\r\none\r\n\n  \ntwo\n\n");
  const auto source = open(false);
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, is_exhausted));
  ASSERT_THAT(received_.bytes(), ElementsAre("one", "two"));
  EXPECT_EQ(received_.records[0].offset, Offset(2));
  EXPECT_EQ(received_.records[1].offset, Offset(11));
}

TEST_F(FileSourceTest, MarksALineThatIsTooLargeAndGoesOnBehindIt) {
  write(std::string(101, 'x') + "\n" + std::string(100, 'y') + "\n");
  const auto source = open(false);
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, is_exhausted));
  ASSERT_EQ(received_.records.size(), 2U);
  EXPECT_TRUE(received_.records[0].oversize);
  EXPECT_EQ(received_.records[0].bytes.size(), 101U);
  EXPECT_FALSE(received_.records[1].oversize);
}

TEST_F(FileSourceTest, RefusesAStoredPositionBehindTheEndOfTheFile) {
  write("one\n");
  const Error error = refusal(stored_at(Offset(5)));
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.text(), HasSubstr("only 4 bytes"));
}

TEST_F(FileSourceTest, RefusesAStoredPositionInTheMiddleOfALine) {
  write("one\ntwo\n");
  EXPECT_EQ(refusal(stored_at(Offset(5))).code, Errc::corrupt);
}

TEST_F(FileSourceTest, SaysWhatIsWrongWithAPathThatIsNoFile) {
  EXPECT_EQ(refusal(nothing_stored()).code, Errc::not_found);
  std::filesystem::create_directory(path_);
  EXPECT_THAT(refusal(nothing_stored()).text(), HasSubstr("not a regular file"));
}

TEST_F(FileSourceTest, PassesOnAFailedLookup) {
  write("one\n");
  const Error error = refusal([](const StreamId&) -> Result<std::optional<Offset>> {
    return fail(Errc::unavailable, "the store is closed");
  });
  EXPECT_EQ(error.code, Errc::unavailable);
}

TEST_F(FileSourceTest, ReadsARenamedFileToItsEndThenItsSuccessorAsANewStream) {
  write("one\n");
  const auto source = open(true);
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(1)));
  std::ofstream old(path_, std::ios::app);
  std::filesystem::rename(path_, directory_.path() / "alerts.ndjson.1");
  std::ofstream(path_).close();  // an empty successor: the writer may still use the old file
  ASSERT_NO_FATAL_FAILURE(poll_into(received_, *source, std::chrono::milliseconds(150)));
  EXPECT_TRUE(received_.exhausted.empty());
  old << "two\nthree" << std::flush;
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(2)));
  write("four\n");
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(4)));
  EXPECT_THAT(received_.bytes(), ElementsAre("one", "two", "three", "four"));
  ASSERT_EQ(received_.assigned.size(), 2U);
  ASSERT_EQ(received_.exhausted.size(), 1U);
  EXPECT_EQ(received_.exhausted[0].stream, received_.assigned[0].stream);
  EXPECT_EQ(received_.records[2].stream, received_.assigned[0].stream);
  EXPECT_EQ(received_.records[3].stream, received_.assigned[1].stream);
  EXPECT_NE(received_.assigned[0].stream, received_.assigned[1].stream);
}

TEST_F(FileSourceTest, StopsForEverWhenTheFileWasTruncated) {
  write("one\ntwo\n");
  const auto source = open(true);
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(2)));
  std::filesystem::resize_file(path_, 4);
  const auto first = source->poll(std::chrono::milliseconds(10));
  ASSERT_FALSE(first.has_value());
  EXPECT_EQ(first.error().code, Errc::corrupt);
  write("three\nfour\n");
  EXPECT_FALSE(source->poll(std::chrono::milliseconds(10)).has_value());
}

TEST_F(FileSourceTest, GivesALongFileInBoundedBatches) {
  for (int i = 0; i < 50; ++i) write(std::string(99, 'x') + "\n" + std::string(1, 'y') + "\n");
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "line\n";
  write(many);
  const auto source = open(false);
  while (!is_exhausted(received_)) {
    const std::size_t before = received_.records.size();
    ASSERT_NO_FATAL_FAILURE(poll_into(received_, *source, std::chrono::milliseconds(10)));
    ASSERT_LE(received_.records.size() - before, 1000U);
  }
  EXPECT_EQ(received_.records.size(), 5100U);
}

TEST_F(FileSourceTest, IsAnotherStreamWhenTheFileWasReplaced) {
  write("one\n");
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *open(false), is_exhausted));
  std::filesystem::remove(path_);  // the inode number may come back at once
  write("new\n");
  ASSERT_NO_FATAL_FAILURE(
      poll_until(received_, *open(false), [](const Received& all) { return all.assigned.size() == 2; }));
  EXPECT_NE(received_.assigned[0].stream, received_.assigned[1].stream);
}

}  // namespace riposte::test
