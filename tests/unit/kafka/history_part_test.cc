#include "connectors/kafka/history_part.h"

#include <array>

#include <gtest/gtest.h>

#include "connectors/kafka/properties.h"

namespace riposte::kafka {

namespace {

const WallTime kSomeMoment{std::chrono::seconds(1'000'000)};

std::pair<std::int64_t, std::int64_t> part(const HistoryBound& from, const HistoryBound& to,
                                           const BoundOffsets& first_since = {}) {
  const HistoryPart made = part_of({"t", from, to}, {10, 100}, first_since);
  return {made.begin, made.end};
}

std::string property(const Conf& conf, const char* name) {
  std::array<char, 256> text{};
  std::size_t size = text.size();
  return rd_kafka_conf_get(conf.get(), name, text.data(), &size) == RD_KAFKA_CONF_OK ? text.data() : "(none)";
}

}  // namespace

TEST(HistoryPart, IsTheWholePartitionWithoutBounds) { EXPECT_EQ(part({}, {}), std::pair(10L, 100L)); }

TEST(HistoryPart, EndsBeforeTheOffsetOfItsEnd) {
  EXPECT_EQ(part(Offset(20), Offset(30)), std::pair(20L, 30L));
  EXPECT_EQ(part(Offset(20), Offset(20)), std::pair(20L, 20L));
}

TEST(HistoryPart, StaysInsideWhatTheBrokerHas) {
  EXPECT_EQ(part(Offset(0), Offset(1000)), std::pair(10L, 100L));
  EXPECT_EQ(part(Offset(500), {}), std::pair(100L, 100L));
  EXPECT_EQ(part({}, Offset(3)), std::pair(10L, 10L));
}

TEST(HistoryPart, OfMomentsGoesFromTheFirstRecordSinceThenToTheFirstSinceTheOther) {
  EXPECT_EQ(part(kSomeMoment, kSomeMoment, {40, 60}), std::pair(40L, 60L));
}

TEST(HistoryPart, TakesAMomentAfterTheNewestRecordForTheEnd) {
  EXPECT_EQ(part(kSomeMoment, {}), std::pair(100L, 100L)) << "nothing is so young";
  EXPECT_EQ(part({}, kSomeMoment), std::pair(10L, 100L)) << "everything is older";
}

TEST(HistoryPart, IsEmptyWhereAnOffsetLiesBehindTheMomentOfTheEnd) {
  EXPECT_EQ(part(Offset(50), kSomeMoment, {{}, 40}), std::pair(50L, 50L));
}

TEST(HistoryProperties, BelongToNoGroupAndCommitNothing) {
  const auto conf = history_conf({.brokers = "127.0.0.1:1",
                                  .topics = {"t"},
                                  .group = "engine",
                                  .properties = {{"group.instance.id", "one"}, {"client.id", "mine"}}});
  ASSERT_TRUE(conf.has_value()) << conf.error().text();
  EXPECT_EQ(property(*conf, "group.id"), "(none)");
  EXPECT_EQ(property(*conf, "group.instance.id"), "(none)");
  EXPECT_EQ(property(*conf, "enable.auto.commit"), "false");
  EXPECT_EQ(property(*conf, "isolation.level"), "read_committed");
  EXPECT_EQ(property(*conf, "client.id"), "mine");
}

}  // namespace riposte::kafka
