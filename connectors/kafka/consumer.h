/// One membership in a consumer group: what KafkaSource hides.
///
/// Threads: as Source. Callbacks run inside its own calls of librdkafka, on the caller's thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/kafka/handle.h"
#include "connectors/kafka/options.h"
#include "connectors/kafka/position.h"
#include "connectors/kafka/prefetch.h"
#include "connectors/kafka/source.h"
#include "connectors/kafka/trouble.h"
#include "engine/base/clock.h"

namespace riposte {

class KafkaSource::Consumer : public kafka::Context {
 public:
  Consumer(KafkaOptions options, PositionLookup lookup);

  Result<void> join();
  /// False when the group did not let go in time: the handle must then not be destroyed, for that might never
  /// return.
  bool leave();
  Result<std::vector<SourceEvent>> poll(std::chrono::milliseconds timeout);
  void set_paused(const StreamId& stream, bool paused);
  void committed(const StreamId& stream, Offset next);

 private:
  struct Owned {
    StreamId stream;
    std::string topic;
    std::int32_t partition;
    kafka::Start start;
    std::int64_t next;
    std::int64_t group_offset;  // last sent to Kafka
  };

  // consumer.cc: records, errors, commits
  static void on_error(rd_kafka_t*, int, const char*, void*);
  void collect(std::chrono::milliseconds timeout);
  void append_record(kafka::Message message);
  void on_trouble(rd_kafka_resp_err_t code, const char* reason);
  void works_again();
  bool can_reach_a_broker();
  void on_fatal();
  void on_message_error(const rd_kafka_message_t& message);
  void on_out_of_range(const rd_kafka_message_t& message);
  void commit_if_due();
  kafka::Partitions uncommitted();
  void commit_finally();
  Owned* find(std::string_view topic, std::int32_t partition);

  // assignment.cc: which partitions, and from where
  static void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*);
  void take(const rd_kafka_topic_partition_list_t& assigned);
  void release();
  void start_wanted();
  Result<std::vector<std::optional<Offset>>> look_up_wanted();
  Result<std::vector<kafka::KnownPositions>> ask_brokers(std::vector<std::optional<Offset>> stored);
  Result<std::vector<Owned>> decide(const std::vector<kafka::KnownPositions>& known) const;
  void begin(std::vector<Owned> owned);
  void assign(const std::vector<Owned>& owned);
  void give_up_start(Error error);

  const KafkaOptions options_;
  const PositionLookup lookup_;
  kafka::Handle handle_;
  kafka::Prefetch prefetch_;
  kafka::Trouble trouble_;
  bool was_connected_ = false;
  bool all_brokers_down_ = false;
  std::optional<Error> halted_;   // sticky
  std::optional<Error> passing_;  // given once
  std::vector<SourceEvent> batch_;
  std::size_t batch_bytes_ = 0;
  std::size_t batch_records_ = 0;
  kafka::Partitions wanted_;  // given by the group, not started yet
  Deadline next_start_;
  Deadline next_commit_;
  std::vector<Owned> owned_;
  std::size_t found_last_ = 0;  // among owned_
  std::mutex mutex_;            // guards done_
  std::map<StreamId, Offset> done_;
};

}  // namespace riposte
