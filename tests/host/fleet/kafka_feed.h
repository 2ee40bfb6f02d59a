/// A real broker on the host of the engine, and who writes detections to it.
///
/// Threads: one, and it must outlive the broker.
/// Errors:  throws std::runtime_error.
#pragma once

#include <optional>
#include <string>

#include "tests/host/fleet/feed.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/lab.h"

namespace riposte::test {

class KafkaFeed final : public Feed {
 public:
  /// Returns when the broker serves.
  explicit KafkaFeed(const Host& host);

  std::string source() const override;
  void send(const std::string& detection) override;
  /// Kills the broker in the middle of what it does and starts it again; returns when it serves.
  void kill_and_start();

 private:
  const Host& host_;
  std::optional<KafkaBroker> broker_;  // made in the network of the host, as the producer
  std::optional<KafkaProducer> producer_;
};

}  // namespace riposte::test
