/// A part of a topic of the past, read as nobody: by no consumer group, from explicit offsets, up to what the
/// topic held when it was opened. Streams are called as by KafkaSource.
///
/// Errors:  of open(): invalid (properties, credentials, permissions), not_found (no such topic), unavailable
///          (no broker answers). Of read(): invalid, unavailable (brokers gone for kSilenceMax; records
///          deleted while they are read).
/// Limits:  a record larger than event_bytes_max comes whole, marked `oversize`. What a transaction took back
///          does not come. Of an offset older than the topic's oldest record, reading begins at that.
/// Units:   total() and done() are offsets.
#pragma once

#include <memory>

#include "connectors/kafka/options.h"
#include "engine/ports/history.h"

namespace riposte {

class KafkaHistory final : public History {
 public:
  /// Of the options, topics and group are not looked at.
  static Result<std::unique_ptr<History>> open(KafkaOptions options, const HistoryRange& range);
  ~KafkaHistory() override;
  KafkaHistory(const KafkaHistory&) = delete;
  KafkaHistory& operator=(const KafkaHistory&) = delete;

  Result<void> read(const See& see) override;
  std::uint64_t total() const override;
  std::uint64_t done() const override;

  /// A broker that is restarted is back by then.
  static constexpr Duration kSilenceMax = std::chrono::seconds(30);

 private:
  class Reader;
  explicit KafkaHistory(std::unique_ptr<Reader> reader);

  const std::unique_ptr<Reader> reader_;
};

}  // namespace riposte
