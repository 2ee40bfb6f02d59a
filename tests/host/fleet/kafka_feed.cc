#include "tests/host/fleet/kafka_feed.h"

#include <cstdint>
#include <functional>

#include <fmt/format.h>

namespace riposte::test {
namespace {

constexpr const char* kTopic = "detections";
constexpr int kPartitions = 3;

std::int32_t partition_of(const std::string& detection) {
  return static_cast<std::int32_t>(std::hash<std::string>{}(detection) % kPartitions);
}

}  // namespace

KafkaFeed::KafkaFeed(const Host& host) : host_(host) {
  const NetworkStay stay(host_);
  broker_.emplace();
  broker_->create_topic(kTopic, kPartitions);
  producer_.emplace(broker_->bootstrap(), KafkaConfig{{"linger.ms", "0"}});
}

std::string KafkaFeed::source() const {
  return fmt::format("{{kafka: {{brokers: \"{}\", topics: [{}], group: riposte}}}}", broker_->bootstrap(),
                     kTopic);
}

void KafkaFeed::send(const std::string& detection) {
  producer_->produce(kTopic, partition_of(detection), std::nullopt, detection);
  producer_->flush();
}

void KafkaFeed::kill_and_start() {
  const NetworkStay stay(host_);
  broker_->kill();
  broker_->start();
}

}  // namespace riposte::test
