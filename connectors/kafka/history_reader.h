/// The client behind a KafkaHistory: finds out where a range begins and ends, and reads it.
///
/// Threads: one. Callbacks run inside its own calls of librdkafka.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/handle.h"
#include "connectors/kafka/history.h"
#include "connectors/kafka/history_part.h"

namespace riposte {

class KafkaHistory::Reader : public kafka::Context {
 public:
  Reader(KafkaOptions options, HistoryRange range);

  Result<void> open();
  Result<void> read(const See& see);
  std::uint64_t total() const;
  std::uint64_t done() const;

 private:
  using Topic = std::unique_ptr<rd_kafka_topic_t, kafka::Destroy<rd_kafka_topic_destroy>>;
  struct Part : kafka::HistoryPart {
    std::int32_t partition = 0;
    StreamId stream;
    std::int64_t next = 0;
    bool is_read = false;
  };

  // history_range.cc: where it begins and ends
  Result<std::int32_t> partition_count();
  Result<kafka::Watermarks> watermarks(std::int32_t partition);
  Result<std::vector<std::optional<std::int64_t>>> first_since(const HistoryBound& bound, std::int32_t count);
  Result<void> find_parts();

  // history.cc: records, errors
  static void on_error(rd_kafka_t*, int, const char*, void*);
  void on_trouble(rd_kafka_resp_err_t code, const char* reason);
  Error unanswered(const std::string& doing, rd_kafka_resp_err_t code);
  Result<void> start(rd_kafka_queue_t* queue);
  Result<void> take(const rd_kafka_message_t& message, const See& see);
  Result<void> take_error(const rd_kafka_message_t& message, Part& part);
  void end(Part& part);
  bool all_read() const;

  const KafkaOptions options_;
  const HistoryRange range_;
  kafka::Handle handle_;
  Topic topic_;
  std::vector<Part> parts_;
  bool was_connected_ = false;
  std::optional<Error> lasting_;
};

}  // namespace riposte
