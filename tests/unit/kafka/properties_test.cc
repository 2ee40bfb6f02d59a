#include "connectors/kafka/properties.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/kafka/dead_letters.h"
#include "connectors/kafka/source.h"
#include "engine/base/clock.h"

namespace riposte::kafka {

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

KafkaOptions with(const KafkaProperties& properties) {
  return {.brokers = "127.0.0.1:1", .topics = {"detections"}, .group = "riposte", .properties = properties};
}

std::string refusal(const KafkaOptions& options) {
  auto source = KafkaSource::open(options, [](const StreamId&) { return std::optional<Offset>(); });
  if (source) return "it was opened";
  return source.error().code == Errc::invalid ? source.error().text()
                                              : "wrong code: " + source.error().text();
}

std::string value_of(const Conf& conf, const char* name) {
  std::array<char, 256> text{};
  std::size_t size = text.size();
  if (rd_kafka_conf_get(conf.get(), name, text.data(), &size) != RD_KAFKA_CONF_OK) return "(none)";
  return text.data();
}

}  // namespace

TEST(KafkaProperties, ThatTheGuaranteeRestsOnAreRefusedWithTheReason) {
  for (const auto& [name, value] : KafkaProperties{{"enable.auto.commit", "true"},
                                                   {"auto.commit.enable", "true"},
                                                   {"enable.auto.offset.store", "true"},
                                                   {"partition.assignment.strategy", "cooperative-sticky"},
                                                   {"auto.offset.reset", "latest"},
                                                   {"isolation.level", "read_uncommitted"},
                                                   {"group.id", "another"},
                                                   {"bootstrap.servers", "elsewhere:9092"}})
    EXPECT_THAT(refusal(with({{name, value}})),
                AllOf(HasSubstr("'" + name + "' is always"), HasSubstr("remove it")));
}

TEST(KafkaProperties, ThatRepeatWhatIsOursAnywayAreFine) {
  EXPECT_TRUE(consumer_conf(with({{"enable.auto.commit", "false"}, {"group.id", "riposte"}})).has_value());
}

TEST(KafkaProperties, ThatDoNotExistAreRefusedInLibrdkafkasWords) {
  EXPECT_THAT(refusal(with({{"sesion.timeout.ms", "1000"}})), HasSubstr("No such configuration property"));
  EXPECT_THAT(refusal(with({{"session.timeout.ms", "soon"}})), HasSubstr("session.timeout.ms"));
}

TEST(KafkaProperties, ThatDoNotFitTogetherAreRefused) {
  EXPECT_THAT(refusal(with({{"max.poll.interval.ms", "2000"}, {"session.timeout.ms", "10000"}})),
              HasSubstr("max.poll.interval.ms"));
}

TEST(KafkaProperties, OfTheUserGoOverTheDefaultsAndUnderWhatIsOurs) {
  const auto conf = consumer_conf(with({{"session.timeout.ms", "20000"}}));
  ASSERT_TRUE(conf.has_value());
  EXPECT_EQ(value_of(*conf, "session.timeout.ms"), "20000");
  EXPECT_EQ(value_of(*conf, "check.crcs"), "true");
  EXPECT_EQ(value_of(*conf, "enable.auto.commit"), "false");
  EXPECT_EQ(value_of(*conf, "partition.assignment.strategy"), "range");
  EXPECT_THAT(value_of(*conf, "group.instance.id"), HasSubstr("riposte-"));
}

TEST(KafkaProperties, ThatAreEmptyTakeADefaultOfOursBack) {
  const auto conf = consumer_conf(with({{"group.instance.id", ""}}));
  ASSERT_TRUE(conf.has_value());
  EXPECT_EQ(value_of(*conf, "group.instance.id"), "(none)");
}

TEST(KafkaProperties, NeverShowASecretInAnError) {
  const std::string text = refusal(with({{"sasl.password", "hunter2!"}, {"security.protocol", "hunter2!"}}));
  EXPECT_THAT(text, AllOf(HasSubstr("security.protocol"), Not(HasSubstr("hunter2!"))));
  const Secrets secrets = secrets_of({{"ssl.key.password", "hunter2!"}, {"client.id", "riposte"}});
  EXPECT_EQ(secrets.hide("hunter2! riposte hunter2!"), "*** riposte ***");
}

TEST(KafkaProperties, MustNameBrokersTopicsAndGroup) {
  KafkaOptions options = with({});
  options.brokers.clear();
  EXPECT_THAT(refusal(options), HasSubstr("`brokers`"));
  options = with({});
  options.topics.clear();
  EXPECT_THAT(refusal(options), HasSubstr("`topics`"));
  options = with({});
  options.group.clear();
  EXPECT_THAT(refusal(options), HasSubstr("`group`"));
}

TEST(KafkaProperties, OfDeadLettersKeepEveryReplicaAcknowledging) {
  const auto refused =
      KafkaDeadLetters::open({.brokers = "127.0.0.1:1", .topic = "dead", .properties = {{"acks", "1"}}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().text(), HasSubstr("'acks' is always 'all'"));
  EXPECT_TRUE(
      KafkaDeadLetters::open({.brokers = "127.0.0.1:1", .topic = "dead", .properties = {}}).has_value());
}

TEST(KafkaSource, ClosesQuicklyWithoutAnyBroker) {
  const Deadline deadline = Deadline::after(std::chrono::seconds(5));
  {
    auto source = KafkaSource::open(with({}), [](const StreamId&) { return std::optional<Offset>(); });
    ASSERT_TRUE(source.has_value());
    auto events = (*source)->poll(std::chrono::milliseconds(200));
    while (events && events->empty() && deadline.left() > Duration::zero())
      events = (*source)->poll(std::chrono::milliseconds(200));
    ASSERT_FALSE(events.has_value());
    EXPECT_EQ(events.error().code, Errc::unavailable) << "a broker that is down may come back";
  }
  EXPECT_GT(deadline.left(), Duration::zero());
}

}  // namespace riposte::kafka
