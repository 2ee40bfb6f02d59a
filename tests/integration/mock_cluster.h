/// One Kafka broker in this process, good for groups and injected errors; and sources that joined it ahead of
/// a test, because the mock makes the first member of every group wait 3 s.
///
/// Limits:  no retention, no transactions, no access control.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "connectors/kafka/source.h"
#include "tests/support/kafka_client.h"

namespace riposte::test {

/// Request types of the protocol, to inject errors into.
inline constexpr std::int16_t kFetch = 1;
inline constexpr std::int16_t kProduce = 0;
inline constexpr std::int16_t kOffsetFetch = 9;
inline constexpr std::int16_t kHeartbeat = 12;

inline const std::string kTopicName = "detections";

class MockCluster {
 public:
  explicit MockCluster(int partitions = 1);
  ~MockCluster();
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  std::string bootstrap() const;
  void produce(std::int32_t partition, const std::vector<std::string>& records);
  /// The next requests of this type are answered so, one error each.
  void fail(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& errors);
  void set_down(bool down);
  /// Asked for this topic, the broker answers so. Without it the mock makes any topic that is asked for.
  void fail_topic(const std::string& topic, rd_kafka_resp_err_t error);
  void commit_as_group(const std::string& group, std::int64_t offset);
  std::int64_t committed_by_group(const std::string& group);

 private:
  KafkaHandle make_group_client(const std::string& group) const;

  KafkaHandle host_;
  rd_kafka_mock_cluster_t* cluster_;
  std::unique_ptr<KafkaProducer> producer_;
  rd_kafka_topic_t* topic_;  // held so that the producer finds the topic's leader ahead of the first record
};

/// Options for this cluster. Members leave at once when they close, unless they are given a
/// group.instance.id.
KafkaOptions options_for(const MockCluster& cluster, const std::string& group,
                         const KafkaProperties& more = {});

/// A source that began to join its group when this was made; it is polled only from take() on.
class JoiningSource {
 public:
  explicit JoiningSource(KafkaOptions options);
  std::unique_ptr<KafkaSource> take(PositionLookup lookup);

 private:
  std::shared_ptr<PositionLookup> lookup_;
  std::unique_ptr<KafkaSource> source_;
};

}  // namespace riposte::test
