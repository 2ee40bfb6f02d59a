#include "connectors/kafka/position.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte::kafka {

namespace {

using testing::AllOf;
using testing::HasSubstr;

const StreamId kThirdStream("kafka:detections/3");

KnownPositions known(std::optional<std::int64_t> stored, std::optional<std::int64_t> committed,
                     std::int64_t low, std::int64_t high) {
  KnownPositions positions{{}, {}, Offset(low), Offset(high)};
  if (stored) positions.stored = Offset(*stored);
  if (committed) positions.committed = Offset(*committed);
  return positions;
}

Error refusal(const KnownPositions& positions) {
  auto start = start_of(kThirdStream, positions, false);
  return start ? Error{Errc::invalid, "it starts", {}} : start.error();
}

std::int64_t accepted(const KnownPositions& positions) {
  auto start = start_of(kThirdStream, positions, true);
  if (!start || start->warning.empty()) return -1;
  return start->offset.value();
}

}  // namespace

TEST(KafkaPosition, IsTheStoredOneWhereverItStandsInTheTopic) {
  for (const std::int64_t stored : {10, 15, 20}) {
    const auto start = start_of(kThirdStream, known(stored, 10, 10, 20), false);
    ASSERT_TRUE(start.has_value());
    EXPECT_EQ(start->offset, Offset(stored));
    EXPECT_FALSE(start->from_beginning);
  }
}

TEST(KafkaPosition, IsTheOldestRecordForAPartitionNeverReadBefore) {
  const auto start = start_of(kThirdStream, known({}, {}, 7, 20), false);
  ASSERT_TRUE(start.has_value());
  EXPECT_EQ(start->offset, Offset(7));
  EXPECT_TRUE(start->from_beginning);
}

TEST(KafkaPosition, StopsWhenRetentionHasPassedIt) {
  const Error error = refusal(known(5, 5, 10, 20));
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.what, AllOf(HasSubstr("kafka:detections/3"), HasSubstr("position 5"), HasSubstr("low 10"),
                                HasSubstr("high 20"), HasSubstr("accept_lost_position")));
  EXPECT_EQ(accepted(known(5, 5, 10, 20)), 10);
}

TEST(KafkaPosition, StopsWhenTheTopicWasMadeAnew) {
  EXPECT_EQ(refusal(known(50, 50, 0, 20)).code, Errc::corrupt);
  EXPECT_EQ(accepted(known(50, 50, 0, 20)), 0);
}

TEST(KafkaPosition, StopsWhenTheGroupIsAheadOfTheStore) {
  const Error error = refusal(known(12, 15, 10, 20));
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.what, AllOf(HasSubstr("stored position is 12"), HasSubstr("committed 15")));
  EXPECT_EQ(accepted(known(12, 15, 10, 20)), 15);
}

TEST(KafkaPosition, StopsWhenTheGroupHasReadButTheStoreIsEmpty) {
  const Error error = refusal(known({}, 15, 10, 20));
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.what, HasSubstr("no position is stored"));
  EXPECT_EQ(accepted(known({}, 15, 10, 20)), 15);
}

TEST(KafkaPosition, OfAGroupThatIsOutsideTheTopicTooFallsBackToTheOldestRecord) {
  EXPECT_EQ(accepted(known(12, 50, 10, 20)), 10);
}

TEST(KafkaPosition, OfAFreshGroupInAnEmptyTopicIsFine) {
  EXPECT_TRUE(start_of(kThirdStream, known(0, {}, 0, 0), false).has_value());
}

}  // namespace riposte::kafka
