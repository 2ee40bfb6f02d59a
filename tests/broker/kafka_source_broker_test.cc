#include <stdexcept>

#include <gtest/gtest.h>

#include "connectors/kafka/source.h"
#include "tests/support/broker_test.h"
#include "tests/support/source_contract.h"

namespace riposte::test {

namespace {

std::unique_ptr<KafkaBroker> shared_broker;

/// The broker outlives every world, and is gone before the program ends.
class BrokerStops final : public testing::Environment {
 public:
  void TearDown() override { shared_broker.reset(); }
};
testing::Environment* const kBrokerStops = testing::AddGlobalTestEnvironment(new BrokerStops);

class RealKafka final : public SourceWorld {
 public:
  RealKafka() : topic_("contract-" + std::to_string(++count)), producer_(shared_broker->bootstrap()) {
    shared_broker->create_topic(topic_, 1);
  }
  void append(const std::vector<std::string>& records) override {
    for (const std::string& record : records) producer_.produce(topic_, 0, {}, record);
    producer_.flush();
  }
  std::unique_ptr<Source> open(PositionLookup lookup) override {
    auto source = KafkaSource::open({.brokers = shared_broker->bootstrap(),
                                     .topics = {topic_},
                                     .group = topic_,
                                     .properties = {{"broker.address.family", "v4"}}},
                                    std::move(lookup));
    if (!source) throw std::runtime_error(source.error().text());
    return std::move(*source);
  }
  const std::string& topic() const { return topic_; }

  static std::unique_ptr<SourceWorld> make() {
    if (const auto reason = why_no_broker()) {
      if (skipping_is_failing()) ADD_FAILURE() << *reason;
      return nullptr;
    }
    if (!shared_broker) shared_broker = std::make_unique<KafkaBroker>();
    return std::make_unique<RealKafka>();
  }

 private:
  static inline int count = 0;
  const std::string topic_;
  KafkaProducer producer_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(RealKafka, SourceContract, testing::Values(&RealKafka::make));
INSTANTIATE_TEST_SUITE_P(RealKafka, ReplayableSourceContract, testing::Values(&RealKafka::make));

TEST(KafkaSourceAtABroker, NeverGivesARecordThatItsProducerTookBack) {
  const auto world = RealKafka::make();
  if (!world) GTEST_SKIP() << "there is no broker on this machine";
  const std::string& topic = dynamic_cast<RealKafka&>(*world).topic();
  KafkaProducer producer(shared_broker->bootstrap(), {{"transactional.id", topic}});
  ASSERT_EQ(rd_kafka_init_transactions(producer.handle(), 10000), nullptr);
  for (const bool commit : {false, true}) {
    ASSERT_EQ(rd_kafka_begin_transaction(producer.handle()), nullptr);
    producer.produce(topic, 0, {}, commit ? "kept" : "taken back");
    producer.flush();
    ASSERT_EQ(commit ? rd_kafka_commit_transaction(producer.handle(), 10000)
                     : rd_kafka_abort_transaction(producer.handle(), 10000),
              nullptr);
  }
  Received received;
  const auto source = world->open(nothing_stored());
  ASSERT_NO_FATAL_FAILURE(poll_until(received, *source, records(1)));
  EXPECT_EQ(received.bytes(), std::vector<std::string>{"kept"});
  EXPECT_EQ(received.records.at(0).offset, Offset(2));
}

}  // namespace riposte::test
