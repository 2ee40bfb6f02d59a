/// Makes librdkafka fetch on in time: it stops when enough records wait to be polled, and looks only once a
/// second whether they still do. The consumer's throughput would be what fits into that queue, per second.
///
/// Threads: that of the consumer.
/// Limits:  librdkafka 2.0 and 2.1 look again whenever a broker's thread wakes. Later ones keep to
///          fetch.queue.backoff.ms instead, which has to be set there.
#pragma once

#include <cstddef>
#include <string>

#include "connectors/kafka/handle.h"
#include "connectors/kafka/options.h"

namespace riposte::kafka {

class Prefetch {
 public:
  explicit Prefetch(const KafkaProperties& properties);

  /// Wakes the brokers' threads when half of what waited has been polled since the last look that found more.
  void look(rd_kafka_t* handle);

 private:
  std::string user_;
  std::string password_;
  std::size_t most_ = 0;  ///< records that waited, since the last wake
};

}  // namespace riposte::kafka
