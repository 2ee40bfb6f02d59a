#include <gtest/gtest.h>

#include "connectors/kafka/history.h"
#include "tests/support/broker_test.h"

namespace riposte::test {

namespace {

const WallTime kFirstMoment = *parse_iso8601("2026-03-10T08:00:00Z");

class KafkaHistoryAtABroker : public BrokerTest {
 protected:
  static std::vector<std::string> read(const std::string& topic, const HistoryBound& from,
                                       const HistoryBound& to) {
    const auto history = KafkaHistory::open(
        {.brokers = broker().bootstrap(), .group = "engine", .properties = {{"broker.address.family", "v4"}}},
        {topic, from, to});
    if (!history) throw std::runtime_error(history.error().text());
    std::vector<std::string> bytes;
    const auto done = (*history)->read([&](const PastRecord& past) { bytes.push_back(past.record.bytes); });
    if (!done) throw std::runtime_error(done.error().text());
    return bytes;
  }

  /// "0", "1" … of which each is stamped a minute after the one before it.
  static void produce_every_minute(KafkaProducer& producer, const std::string& topic, int count) {
    for (int i = 0; i < count; ++i) {
      const WallTime moment = kFirstMoment + std::chrono::minutes(i);
      const std::int64_t stamp =
          std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count();
      std::string value = std::to_string(i);
      ASSERT_EQ(rd_kafka_producev(producer.handle(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(0),
                                  RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                  RD_KAFKA_V_VALUE(value.data(), value.size()), RD_KAFKA_V_TIMESTAMP(stamp),
                                  RD_KAFKA_V_END),
                RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    producer.flush();
  }
};

TEST_F(KafkaHistoryAtABroker, GivesWhatWasWrittenFromOneMomentUpToAnother) {
  broker().create_topic("stamped", 1);
  KafkaProducer producer(broker().bootstrap());
  ASSERT_NO_FATAL_FAILURE(produce_every_minute(producer, "stamped", 6));
  using std::chrono::minutes;
  EXPECT_EQ(read("stamped", kFirstMoment + minutes(2), kFirstMoment + minutes(4)),
            (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(read("stamped", kFirstMoment + minutes(4) + std::chrono::microseconds(1), {}),
            (std::vector<std::string>{"5"}));
  EXPECT_EQ(read("stamped", {}, kFirstMoment + minutes(1)), (std::vector<std::string>{"0"}));
}

TEST_F(KafkaHistoryAtABroker, PassesOverWhatItsProducerTookBackAndEndsBehindIt) {
  broker().create_topic("taken-back", 1);
  KafkaProducer producer(broker().bootstrap(), {{"transactional.id", "taken-back"}});
  ASSERT_EQ(rd_kafka_init_transactions(producer.handle(), 10000), nullptr);
  for (const bool commit : {true, false}) {
    ASSERT_EQ(rd_kafka_begin_transaction(producer.handle()), nullptr);
    producer.produce("taken-back", 0, {}, commit ? "kept" : "taken back");
    producer.flush();
    ASSERT_EQ(commit ? rd_kafka_commit_transaction(producer.handle(), 10000)
                     : rd_kafka_abort_transaction(producer.handle(), 10000),
              nullptr);
  }
  EXPECT_EQ(read("taken-back", {}, {}), std::vector<std::string>{"kept"});
}

TEST_F(KafkaHistoryAtABroker, LeavesNoTraceOfAGroup) {
  broker().create_topic("traceless", 1);
  KafkaProducer producer(broker().bootstrap());
  producer.produce("traceless", 0, {}, "one");
  producer.flush();
  EXPECT_EQ(read("traceless", {}, {}).size(), 1U);
  EXPECT_FALSE(KafkaGroup(broker().bootstrap(), "engine").committed("traceless", 0));
}

}  // namespace

}  // namespace riposte::test
