#include <map>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/dead_letters.h"
#include "connectors/kafka/handle.h"
#include "engine/base/clock.h"
#include "tests/integration/mock_cluster.h"

namespace riposte::test {

namespace {

using testing::HasSubstr;

struct Letter {
  std::string key;
  std::string value;
  std::map<std::string, std::string> headers;
};

DeadLetter letter(std::int64_t offset, std::string bytes) {
  return {StreamId("kafka:events/3"), Offset(offset),  WallTime(std::chrono::seconds(1)), "not_json",
          "unexpected 'x'",           std::move(bytes)};
}

Letter read(const rd_kafka_message_t& message) {
  Letter letter{{static_cast<const char*>(message.key), message.key_len}, {}, {}};
  if (message.payload != nullptr) letter.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return letter;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    letter.headers[name] = std::string(static_cast<const char*>(value), size);
  return letter;
}

class MockedDeadLettersTest : public testing::Test {
 protected:
  std::unique_ptr<KafkaDeadLetters> open(const KafkaProperties& properties = {}) {
    auto sink = KafkaDeadLetters::open({cluster_.bootstrap(), kTopicName, properties});
    EXPECT_TRUE(sink.has_value());
    return std::move(*sink);
  }

  std::vector<Letter> arrived(std::size_t count) {
    const KafkaHandle client = make_client(RD_KAFKA_CONSUMER, cluster_.bootstrap(),
                                           {{"group.id", "reader"}, {"fetch.wait.max.ms", "20"}});
    const kafka::Partitions all = kafka::make_partitions();
    rd_kafka_topic_partition_list_add(all.get(), kTopicName.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client.get(), all.get());
    std::vector<Letter> letters;
    const Deadline deadline = Deadline::after(std::chrono::seconds(5));
    while (letters.size() < count && deadline.left() > Duration::zero()) {
      const kafka::Message message(rd_kafka_consumer_poll(client.get(), 100));
      if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) letters.push_back(read(*message));
    }
    return letters;
  }

  MockCluster cluster_;
};

}  // namespace

TEST_F(MockedDeadLettersTest, ArriveWithTheirBytesReasonAndPlace) {
  const auto sink = open();
  const auto delivered = sink->deliver(std::vector{letter(7, "{broken"), letter(8, "")});
  ASSERT_TRUE(delivered.has_value()) << delivered.error().text();
  const auto letters = arrived(2);
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].key, "kafka:events/3@7");
  EXPECT_EQ(letters[0].value, "{broken");
  const std::map<std::string, std::string> expected{{"reason", "not_json"},
                                                    {"detail", "unexpected 'x'"},
                                                    {"stream", "kafka:events/3"},
                                                    {"offset", "7"},
                                                    {"time", "1970-01-01T00:00:01.000Z"}};
  EXPECT_EQ(letters[0].headers, expected);
  EXPECT_EQ(letters[1].key, "kafka:events/3@8");
  EXPECT_EQ(letters[1].value, "");
}

TEST_F(MockedDeadLettersTest, OfMoreThanAMegabyteArriveWhole) {
  const auto sink = open();
  const std::string large(3'000'000, 'x');
  ASSERT_TRUE(sink->deliver(std::vector{letter(7, large), letter(8, "small")}).has_value());
  const auto letters = arrived(2);
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].value.size(), large.size());
  EXPECT_FALSE(letters[0].headers.contains("truncated"));
}

TEST_F(MockedDeadLettersTest, ThatTheBrokerFindsTooLargeTogetherAreSentAlone) {
  const auto sink = open();
  cluster_.fail(kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  ASSERT_TRUE(sink->deliver(std::vector{letter(7, "one"), letter(8, "two")}).has_value());
  const auto letters = arrived(2);
  ASSERT_EQ(letters.size(), 2U);
  for (const Letter& each : letters) EXPECT_FALSE(each.headers.contains("truncated"));
}

TEST_F(MockedDeadLettersTest, ThatStayTooLargeArriveCutWithTheirDigest) {
  const auto sink = open();
  cluster_.fail(kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  const auto delivered = sink->deliver(std::vector{letter(7, std::string(100'000, 'a'))});
  ASSERT_TRUE(delivered.has_value()) << delivered.error().text();
  const auto letters = arrived(1);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].value, std::string(65536, 'a'));
  EXPECT_EQ(letters[0].headers.at("truncated"), "true");
  EXPECT_EQ(letters[0].headers.at("size"), "100000");
  EXPECT_EQ(letters[0].headers.at("sha256"),
            "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee");
}

TEST_F(MockedDeadLettersTest, AreNotDeliveredWhileTheBrokerIsDownAndAreAfterwards) {
  const auto sink = open({{"message.timeout.ms", "500"}});
  cluster_.set_down(true);
  const auto refused = sink->deliver(std::vector{letter(7, "one")});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_THAT(refused.error().text(), HasSubstr(kTopicName));
  cluster_.set_down(false);
  const Deadline deadline = Deadline::after(std::chrono::seconds(10));
  auto delivered = sink->deliver(std::vector{letter(7, "one")});
  while (!delivered && deadline.left() > Duration::zero())
    delivered = sink->deliver(std::vector{letter(7, "one")});
  ASSERT_TRUE(delivered.has_value()) << delivered.error().text();
  EXPECT_GE(arrived(1).size(), 1U);
}

}  // namespace riposte::test
