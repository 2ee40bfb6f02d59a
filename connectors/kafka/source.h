/// Kafka topics as input, read by a consumer group, each partition a stream "kafka:<topic>/<partition>".
///
/// The positions are the caller's: Kafka's committed offset is written every 5 s for lag tools, and read only
/// to find out that the store is older than the group. A partition never read before starts at its oldest
/// retained record. A stream is not paused when it is assigned, also when it was paused under an earlier
/// assignment.
///
/// Threads: as Source; librdkafka's own threads call nothing here but the log.
/// Errors:  of poll(): what PositionLookup answers; invalid (credentials, permissions); fenced (a second
/// instance with
///          the same group.instance.id); corrupt (a lost position, or a store older than the group: see
///          position.h). After fenced and corrupt every poll() gives the same again. Brokers that are down
///          are no error: the list is empty, and the log says it once.
/// Limits:  poll() returns at most 1000 records or about 4 MiB; it may overrun its timeout by up to 10 s
/// while it finds
///          out where to start new partitions. The destructor takes at most about 10 s.
///          A record larger than event_bytes_max comes whole, marked `oversize`. A tombstone comes as empty
///          bytes.
/// Owns:    the group membership (group.instance.id: "riposte-<host name>" unless set, dynamic when set to
/// "").
#pragma once

#include <memory>

#include "connectors/kafka/options.h"
#include "engine/ports/source.h"

namespace riposte {

class KafkaSource final : public Source {
 public:
  /// Joins the group; needs no broker yet.
  static Result<std::unique_ptr<KafkaSource>> open(KafkaOptions options, PositionLookup lookup);
  ~KafkaSource() override;
  KafkaSource(const KafkaSource&) = delete;
  KafkaSource& operator=(const KafkaSource&) = delete;

  Result<std::vector<SourceEvent>> poll(std::chrono::milliseconds timeout) override;
  void pause(const StreamId& stream) override;
  void resume(const StreamId& stream) override;
  void committed(const StreamId& stream, Offset next) override;

 private:
  class Consumer;
  explicit KafkaSource(std::unique_ptr<Consumer> consumer);

  std::unique_ptr<Consumer> consumer_;
};

}  // namespace riposte
