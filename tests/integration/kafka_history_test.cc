#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/history.h"
#include "tests/integration/mock_cluster.h"
#include "tests/support/source_reading.h"

namespace riposte::test {

namespace {

using testing::HasSubstr;

class MockedKafkaHistory : public testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<MockCluster>(2); }
  static void TearDownTestSuite() { cluster.reset(); }

  static KafkaOptions options() {
    KafkaOptions made = options_for(*cluster, "engine");
    made.event_bytes_max = 100;
    return made;
  }
  static Result<std::unique_ptr<History>> open(const HistoryBound& from = {}, const HistoryBound& to = {},
                                               const std::string& topic = kTopicName) {
    return KafkaHistory::open(options(), {topic, from, to});
  }
  /// What comes, by stream.
  static std::map<std::string, std::vector<std::string>> read(History& history) {
    std::map<std::string, std::vector<std::string>> bytes;
    const auto done = history.read([&](const PastRecord& past) {
      EXPECT_TRUE(past.written.has_value());
      bytes[past.record.stream.value()].push_back(past.record.bytes);
    });
    EXPECT_TRUE(done.has_value()) << done.error().text();
    EXPECT_EQ(history.done(), history.total());
    return bytes;
  }

  static inline std::unique_ptr<MockCluster> cluster;
  const std::string first_ = "kafka:" + kTopicName + "/0";
  const std::string second_ = "kafka:" + kTopicName + "/1";
};

/// The tests share a topic that only grows: this is what stands at its beginning.
class KafkaHistoryOfTen : public MockedKafkaHistory {
 protected:
  static void SetUpTestSuite() {
    MockedKafkaHistory::SetUpTestSuite();
    cluster->produce(0, numbered(0, 10));
    cluster->produce(1, numbered(10, 15));
  }
};

}  // namespace

TEST_F(KafkaHistoryOfTen, GivesEveryRecordOfEveryPartitionAndEnds) {
  const auto history = open();
  ASSERT_TRUE(history.has_value()) << history.error().text();
  EXPECT_EQ((*history)->total(), 15U);
  const auto bytes = read(**history);
  EXPECT_EQ(bytes.at(first_), numbered(0, 10));
  EXPECT_EQ(bytes.at(second_), numbered(10, 15));
}

TEST_F(KafkaHistoryOfTen, ReadsTheOffsetsThatItIsAskedForOfEveryPartition) {
  const auto history = open(Offset(3), Offset(7));
  ASSERT_TRUE(history.has_value()) << history.error().text();
  const auto bytes = read(**history);
  EXPECT_EQ(bytes.at(first_), numbered(3, 7));
  EXPECT_EQ(bytes.at(second_), numbered(13, 15)) << "there are no more";
}

TEST_F(KafkaHistoryOfTen, LeavesTheGroupOfTheConfigurationAlone) {
  cluster->commit_as_group("engine", 4);
  const auto history = open();
  ASSERT_TRUE(history.has_value()) << history.error().text();
  EXPECT_EQ(read(**history).at(first_).size(), 10U) << "and does not begin where the group is";
  EXPECT_EQ(cluster->committed_by_group("engine"), 4);
}

TEST_F(KafkaHistoryOfTen, GivesNothingWhenNothingIsSoYoung) {
  const auto history = open(*parse_iso8601("2999-01-01T00:00:00Z"));
  ASSERT_TRUE(history.has_value()) << history.error().text();
  EXPECT_EQ((*history)->total(), 0U);
  EXPECT_TRUE(read(**history).empty());
}

TEST_F(KafkaHistoryOfTen, SurvivesErrorsOfABroker) {
  const auto history = open();
  ASSERT_TRUE(history.has_value()) << history.error().text();
  cluster->fail(kFetch, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR});
  EXPECT_EQ(read(**history).at(first_), numbered(0, 10));
}

TEST_F(KafkaHistoryOfTen, SaysWhichTopicThereIsNone) {
  cluster->fail_topic("nowhere", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const auto history = open({}, {}, "nowhere");
  ASSERT_FALSE(history.has_value());
  EXPECT_EQ(history.error().code, Errc::not_found);
  EXPECT_THAT(history.error().text(), HasSubstr("has no topic 'nowhere'"));
}

TEST_F(MockedKafkaHistory, EndsAtWhatTheTopicHeldWhenItWasOpenedAndMarksWhatIsTooLarge) {
  cluster->produce(0, {std::string(101, 'x'), "small"});
  const auto history = open();
  ASSERT_TRUE(history.has_value()) << history.error().text();
  cluster->produce(0, {"later"});
  std::vector<bool> oversize;
  ASSERT_TRUE((*history)->read([&](const PastRecord& past) { oversize.push_back(past.record.oversize); }));
  EXPECT_EQ(oversize, (std::vector<bool>{true, false}));
}

TEST(KafkaHistory, SaysWhenNoBrokerAnswers) {
  KafkaOptions options{.brokers = "127.0.0.1:1", .topics = {"t"}, .group = "g"};
  const auto history = KafkaHistory::open(options, {"t", {}, {}});
  ASSERT_FALSE(history.has_value());
  EXPECT_EQ(history.error().code, Errc::unavailable);
  EXPECT_THAT(history.error().text(), HasSubstr("127.0.0.1:1"));
}

}  // namespace riposte::test
