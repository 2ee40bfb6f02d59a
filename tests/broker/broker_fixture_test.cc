#include <array>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/broker_test.h"

namespace riposte::test {
namespace {

using std::chrono::seconds;

constexpr seconds kReadLimit{20};

class Broker : public BrokerTest {};

std::vector<KafkaRecord> produce_numbered(const std::string& bootstrap, const std::string& topic, int count) {
  std::vector<KafkaRecord> records;
  KafkaProducer producer(bootstrap, {{"enable.idempotence", "true"}});
  for (int i = 0; i < count; ++i) {
    records.push_back({i, "key-" + std::to_string(i), "value-" + std::to_string(i)});
    producer.produce(topic, 0, records.back().key, records.back().value);
  }
  producer.flush();
  return records;
}

// The code of a transactional call, RD_KAFKA_RESP_ERR_NO_ERROR for success.
rd_kafka_resp_err_t code_of(rd_kafka_error_t* error) {
  const auto code = error == nullptr ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);
  if (error != nullptr) rd_kafka_error_destroy(error);
  return code;
}

constexpr int kTransactionLimit = 20'000;  // ms

TEST_F(Broker, ReturnsWhatWasProducedAlsoAfterACrashAndAnOrderlyRestart) {
  broker().create_topic("numbers", 2);
  const auto produced = produce_numbered(broker().bootstrap(), "numbers", 1000);
  EXPECT_EQ(consume_all(broker().bootstrap(), "numbers", 0, 0, 1000, kReadLimit), produced);

  broker().kill();
  EXPECT_FALSE(broker().running());
  broker().start();
  EXPECT_EQ(consume_all(broker().bootstrap(), "numbers", 0, 0, 1000, kReadLimit), produced);

  broker().stop();
  EXPECT_FALSE(broker().running());
  broker().start();
  EXPECT_EQ(consume_all(broker().bootstrap(), "numbers", 0, 0, 1000, kReadLimit), produced);
}

TEST_F(Broker, KeepsATombstoneApartFromAnEmptyValue) {
  broker().create_topic("compacted", 1, {{"cleanup.policy", "compact"}});
  KafkaProducer producer(broker().bootstrap());
  producer.produce("compacted", 0, "key", "");
  producer.produce("compacted", 0, "key", std::nullopt);
  producer.flush();
  const auto records = consume_all(broker().bootstrap(), "compacted", 0, 0, 2, kReadLimit);
  EXPECT_EQ(records, (std::vector<KafkaRecord>{{0, "key", ""}, {1, "key", std::nullopt}}));
}

TEST_F(Broker, FencesTheOlderOfTwoProducersWithOneTransactionalId) {
  broker().create_topic("fenced", 1);
  const KafkaConfig config{{"transactional.id", "shard-0"}};
  KafkaProducer older(broker().bootstrap(), config);
  ASSERT_EQ(code_of(rd_kafka_init_transactions(older.handle(), kTransactionLimit)),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_EQ(code_of(rd_kafka_begin_transaction(older.handle())), RD_KAFKA_RESP_ERR_NO_ERROR);
  older.produce("fenced", 0, "key", "from the older one");
  older.flush();

  KafkaProducer newer(broker().bootstrap(), config);
  ASSERT_EQ(code_of(rd_kafka_init_transactions(newer.handle(), kTransactionLimit)),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(code_of(rd_kafka_commit_transaction(older.handle(), kTransactionLimit)),
            RD_KAFKA_RESP_ERR__FENCED);

  ASSERT_EQ(code_of(rd_kafka_begin_transaction(newer.handle())), RD_KAFKA_RESP_ERR_NO_ERROR);
  newer.produce("fenced", 0, "key", "from the newer one");
  ASSERT_EQ(code_of(rd_kafka_commit_transaction(newer.handle(), kTransactionLimit)),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  // The record of the fenced transaction was aborted with it: offset 0 exists and is not shown.
  const auto records = consume_all(broker().bootstrap(), "fenced", 0, 0, 1, kReadLimit);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].value, "from the newer one");
  const auto all = consume_all(broker().bootstrap(), "fenced", 0, 0, 2, kReadLimit,
                               {{"isolation.level", "read_uncommitted"}});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].value, "from the older one");
}

TEST_F(Broker, ReportsARecordThatCannotBeDelivered) {
  broker().create_topic("small", 1, {{"max.message.bytes", "1000"}});
  KafkaProducer producer(broker().bootstrap());
  producer.produce("small", 0, "key", std::string(5000, 'x'));
  EXPECT_THROW(producer.flush(), std::runtime_error);
}

TEST_F(Broker, RefusesASecondTopicOfTheSameName) {
  broker().create_topic("once", 1);
  EXPECT_THROW(broker().create_topic("once", 1), std::runtime_error);
}

TEST(BrokerProperties, ReachTheBrokerAndAWrongOneIsNamedInTheError) {
  RIPOSTE_REQUIRE_BROKER();
  try {
    const KafkaBroker broker(KafkaConfig{{"num.io.threads", "many"}});
    FAIL() << "started";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("num.io.threads"));
  }
}

TEST(ChildProcess, EndsWithTheTestThatStartedIt) {
  // The orphan comes to this process, so that its end can be seen.
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  int channel[2];
  ASSERT_EQ(pipe(channel), 0);
  const pid_t test = fork();
  if (test == 0) {
    const std::string output = "/dev/fd/" + std::to_string(channel[1]);
    ChildProcess sleeper({{"sh", "-c", "echo $$; exec sleep 60"}, "/", output});
    pause();
  }
  std::array<char, 32> text{};
  ASSERT_GT(read(channel[0], text.data(), text.size() - 1), 0);
  close(channel[0]);
  close(channel[1]);
  const pid_t sleeper = std::stoi(text.data());
  ::kill(test, SIGKILL);
  EXPECT_EQ(waitpid(test, nullptr, 0), test);
  int status = 0;
  EXPECT_EQ(waitpid(sleeper, &status, 0), sleeper);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
}

}  // namespace
}  // namespace riposte::test
