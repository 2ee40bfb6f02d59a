/// What the configuration says about Kafka.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace riposte {

/// librdkafka's own properties by name (SASL, TLS, timeouts). An empty value takes our default back to
/// librdkafka's. Limits:  what the guarantees rest on cannot be changed here; see properties.cc for the list
/// and the reasons.
using KafkaProperties = std::map<std::string, std::string>;

/// Everything larger than this is a dead letter.
inline constexpr std::size_t kKafkaEventBytesMax = std::size_t{1} << 20;

struct KafkaOptions {
  std::string brokers;  ///< "host:port,host:port"
  std::vector<std::string> topics;
  std::string group;
  KafkaProperties properties;
  std::size_t event_bytes_max = kKafkaEventBytesMax;
  /// Once, by a person, after a source stopped with `corrupt` at its start: go on although records were lost,
  /// or although this store is older than what the group has already dealt with. See position.h for where it
  /// goes on.
  bool accept_lost_position = false;
};

struct KafkaDeadLetterOptions {
  std::string brokers;
  std::string topic;
  KafkaProperties properties;
};

}  // namespace riposte
