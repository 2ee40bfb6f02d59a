/// What a test needs from librdkafka to arrange and to check: topics made, records written, records read.
///
/// Threads: each function and object from one thread at a time.
/// Errors:  throws std::runtime_error, which GoogleTest reports as a failure of the running test.
/// Limits:  plaintext brokers; every wait is bounded.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace riposte::test {

/// Settings under their Kafka names, of a client, a topic or a broker.
using KafkaConfig = std::map<std::string, std::string>;

struct KafkaClose {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
using KafkaHandle = std::unique_ptr<rd_kafka_t, KafkaClose>;

/// A client without log output. A producer notes in `first_failure` why the first record was not delivered.
KafkaHandle make_client(rd_kafka_type_t type, const std::string& bootstrap, const KafkaConfig& config = {},
                        std::string* first_failure = nullptr);

/// Returns when every partition of the new topic has a leader and clients can see it.
void create_topic(const std::string& bootstrap, const std::string& topic, int partitions,
                  const KafkaConfig& config = {});

class KafkaProducer {
 public:
  explicit KafkaProducer(const std::string& bootstrap, const KafkaConfig& config = {});
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  /// No key, or no value (a tombstone), is not the same as an empty one.
  void produce(const std::string& topic, std::int32_t partition, std::optional<std::string_view> key,
               std::optional<std::string_view> value);

  /// Throws unless every record so far was acknowledged.
  void flush(std::chrono::milliseconds limit = std::chrono::seconds{30});

  /// For transactions, whose return values are the test's business.
  rd_kafka_t* handle() { return handle_.get(); }

 private:
  std::string first_failure_;  // before the handle, which writes it
  KafkaHandle handle_;
};

struct KafkaRecord {
  std::int64_t offset = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::map<std::string, std::string> headers = {};

  bool operator==(const KafkaRecord&) const = default;
};

/// The records of one partition from the offset `from` on, read_committed unless `config` says otherwise.
/// Returns as soon as there are `count`; fewer mean that no more came within `limit`.
std::vector<KafkaRecord> consume_all(const std::string& bootstrap, const std::string& topic,
                                     std::int32_t partition, std::int64_t from, std::size_t count,
                                     std::chrono::milliseconds limit, const KafkaConfig& config = {});

/// Behind the newest record of a partition.
std::int64_t end_offset(const std::string& bootstrap, const std::string& topic, std::int32_t partition);

/// What a consumer group has committed, seen from outside.
class KafkaGroup {
 public:
  KafkaGroup(const std::string& bootstrap, const std::string& group);

  /// Nothing for a partition of which nothing was committed.
  std::optional<std::int64_t> committed(const std::string& topic, std::int32_t partition);

 private:
  KafkaHandle handle_;
};

/// Whether a broker serves: it answers for metadata and knows the coordinator of a group.
class KafkaProbe {
 public:
  explicit KafkaProbe(const std::string& bootstrap);

  /// Empty when it serves; what it failed to do otherwise. Takes about `limit` at most.
  std::string missing(std::chrono::milliseconds limit);

 private:
  KafkaHandle handle_;
};

}  // namespace riposte::test
