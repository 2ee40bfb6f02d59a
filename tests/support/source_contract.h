/// What every Source promises, as tests that the real ones and the fake pass alike.
///
/// Exactly one file of a test program includes this and instantiates it:
///   INSTANTIATE_TEST_SUITE_P(File, SourceContract, testing::Values(&make_world<FollowedFile>));
///   INSTANTIATE_TEST_SUITE_P(File, ReplayableSourceContract, testing::Values(&make_world<FollowedFile>));
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/clock.h"
#include "engine/ports/source.h"
#include "tests/support/source_reading.h"

namespace riposte::test {

/// One endless stream, and the means to open a source that reads just this stream.
class SourceWorld {
 public:
  virtual ~SourceWorld() = default;
  /// More records at the end of the stream; none of them is empty or has a line feed.
  virtual void append(const std::vector<std::string>& records) = 0;
  /// Never two at a time.
  virtual std::unique_ptr<Source> open(PositionLookup lookup) = 0;
};

/// Gives nothing where such a world cannot be; the test is then skipped.
using MakeSourceWorld = std::unique_ptr<SourceWorld> (*)();

template <class World>
std::unique_ptr<SourceWorld> make_world() {
  return std::make_unique<World>();
}

class SourceContract : public testing::TestWithParam<MakeSourceWorld> {
 protected:
  void SetUp() override {
    world_ = GetParam()();
    if (!world_) GTEST_SKIP() << "there is nothing to read from on this machine";
  }

  std::unique_ptr<SourceWorld> world_;
  Received received_;
};

/// For sources whose records another source can read again: all but standard input.
class ReplayableSourceContract : public SourceContract {};

TEST_P(SourceContract, AnnouncesTheStreamBeforeItsFirstRecord) {
  world_->append(numbered(0, 3));
  const auto source = world_->open(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, is_assigned));
  const std::size_t at_once = received_.records.size();
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(3)));
  EXPECT_EQ(received_.assigned.size(), 1U);
  EXPECT_EQ(received_.records.front().stream, received_.assigned.front().stream);
  EXPECT_GE(received_.records.front().offset, received_.assigned.front().start);
  EXPECT_LE(at_once, 3U);
}

TEST_P(SourceContract, GivesEveryRecordOnceInOrderWithThePositionBehindIt) {
  world_->append(numbered(0, 2000));
  const auto source = world_->open(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(2000)));
  world_->append(numbered(2000, 2100));
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(2100)));
  EXPECT_EQ(received_.bytes(), numbered(0, 2100));
  for (std::size_t i = 0; i < received_.records.size(); ++i) {
    const Record& record = received_.records[i];
    ASSERT_EQ(record.stream, received_.records.front().stream);
    ASSERT_GT(record.next, record.offset);
    ASSERT_FALSE(record.oversize);
    ASSERT_GE(record.offset, i == 0 ? received_.assigned.front().start : received_.records[i - 1].next);
  }
}

TEST_P(ReplayableSourceContract, ContinuesExactlyAtTheStoredPosition) {
  world_->append(numbered(0, 20));
  auto source = world_->open(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, records(20)));
  source.reset();
  const Record& seventh = received_.records.at(6);
  Received again;
  source = world_->open(stored_at(seventh.next));
  ASSERT_NO_FATAL_FAILURE(poll_until(again, *source, records(13)));
  EXPECT_EQ(again.assigned.at(0).stream, seventh.stream);
  EXPECT_EQ(again.assigned.at(0).start, seventh.next);
  EXPECT_EQ(again.bytes(), numbered(7, 20));
  EXPECT_EQ(again.records.front().offset, received_.records.at(7).offset);
}

TEST_P(SourceContract, GivesNothingWhilePausedAndLosesNothingWhenResumed) {
  const auto source = world_->open(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, is_assigned));
  const StreamId stream = received_.assigned.front().stream;
  for (int round = 0; round < 2; ++round) {
    source->pause(stream);
    world_->append(numbered(round * 50, round * 50 + 50));
    for (int i = 0; i < 4; ++i)
      ASSERT_NO_FATAL_FAILURE(poll_into(received_, *source, std::chrono::milliseconds(50)));
    ASSERT_EQ(received_.records.size(), static_cast<std::size_t>(round) * 50);
    source->resume(stream);
    ASSERT_NO_FATAL_FAILURE(
        poll_until(received_, *source, records(static_cast<std::size_t>(round) * 50 + 50)));
  }
  EXPECT_EQ(received_.bytes(), numbered(0, 100));
}

TEST_P(SourceContract, ReturnsFromPollWithinItsTimeoutWhenNothingComes) {
  const auto source = world_->open(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received_, *source, is_assigned));
  const Deadline deadline = Deadline::after(std::chrono::milliseconds(1000));
  ASSERT_NO_FATAL_FAILURE(poll_into(received_, *source, std::chrono::milliseconds(200)));
  EXPECT_GT(deadline.left(), Duration::zero());
  EXPECT_TRUE(received_.records.empty());
  source->committed(received_.assigned.front().stream, received_.assigned.front().start);  // at any time
}

}  // namespace riposte::test
