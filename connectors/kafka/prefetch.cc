#include "connectors/kafka/prefetch.h"

#include <algorithm>

namespace riposte::kafka {
namespace {

/// Fewer than this come with a single answer anyway.
constexpr std::size_t kWorthAWake = 16;

std::string value_of(const KafkaProperties& properties, const std::string& name) {
  const auto found = properties.find(name);
  return found == properties.end() ? "" : found->second;
}

}  // namespace

Prefetch::Prefetch(const KafkaProperties& properties)
    : user_(value_of(properties, "sasl.username")), password_(value_of(properties, "sasl.password")) {}

void Prefetch::look(rd_kafka_t* handle) {
  const Queue queue(rd_kafka_queue_get_consumer(handle));
  const std::size_t waiting = rd_kafka_queue_length(queue.get());
  most_ = std::max(most_, waiting);
  if (most_ < kWorthAWake || waiting > most_ / 2) return;
  most_ = waiting;
  // There is no call for it. Giving it the credentials that it has wakes every thread and changes nothing;
  // without SASL nobody reads them.
  const ErrorObject refused(rd_kafka_sasl_set_credentials(handle, user_.c_str(), password_.c_str()));
}

}  // namespace riposte::kafka
