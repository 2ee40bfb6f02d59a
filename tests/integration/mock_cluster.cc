#include "tests/integration/mock_cluster.h"

#include <stdexcept>
#include <thread>
#include <utility>

#include "connectors/kafka/handle.h"

namespace riposte::test {

namespace {

constexpr int kAnswerMilliseconds = 5000;

void check(rd_kafka_resp_err_t code, const char* doing) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error(std::string(doing) + ": " + rd_kafka_err2str(code));
}

kafka::Partitions first_partition(std::int64_t offset) {
  kafka::Partitions list = kafka::make_partitions();
  rd_kafka_topic_partition_list_add(list.get(), kTopicName.c_str(), 0)->offset = offset;
  return list;
}

}  // namespace

MockCluster::MockCluster(int partitions)
    : host_(make_client(RD_KAFKA_PRODUCER, "127.0.0.1:1")),
      cluster_(rd_kafka_mock_cluster_new(host_.get(), 1)) {
  check(rd_kafka_mock_topic_create(cluster_, kTopicName.c_str(), partitions, 1), "creating a topic");
  producer_ = std::make_unique<KafkaProducer>(bootstrap());
  topic_ = rd_kafka_topic_new(producer_->handle(), kTopicName.c_str(), nullptr);
}

MockCluster::~MockCluster() {
  rd_kafka_topic_destroy(topic_);
  producer_.reset();
  // Takes two seconds: side by side, and the program waits for all of them at its end.
  static std::vector<std::jthread> ending;
  ending.emplace_back([cluster = cluster_, host = std::move(host_)]() mutable {
    rd_kafka_mock_cluster_destroy(cluster);
    host.reset();
  });
}

std::string MockCluster::bootstrap() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }

void MockCluster::produce(std::int32_t partition, const std::vector<std::string>& records) {
  for (const std::string& record : records) producer_->produce(kTopicName, partition, {}, record);
  producer_->flush();
}

void MockCluster::fail(std::int16_t request, const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
}

void MockCluster::fail_topic(const std::string& topic, rd_kafka_resp_err_t error) {
  rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), error);
}

void MockCluster::set_down(bool down) {
  check(down ? rd_kafka_mock_broker_set_down(cluster_, -1) : rd_kafka_mock_broker_set_up(cluster_, -1),
        "up or down");
}

KafkaHandle MockCluster::make_group_client(const std::string& group) const {
  return make_client(RD_KAFKA_CONSUMER, bootstrap(), {{"group.id", group}});
}

void MockCluster::commit_as_group(const std::string& group, std::int64_t offset) {
  const KafkaHandle client = make_group_client(group);
  check(rd_kafka_commit(client.get(), first_partition(offset).get(), 0), "committing");
}

std::int64_t MockCluster::committed_by_group(const std::string& group) {
  const KafkaHandle client = make_group_client(group);
  const kafka::Partitions list = first_partition(RD_KAFKA_OFFSET_INVALID);
  check(rd_kafka_committed(client.get(), list.get(), kAnswerMilliseconds), "asking for the committed offset");
  return list->elems[0].offset;
}

KafkaOptions options_for(const MockCluster& cluster, const std::string& group, const KafkaProperties& more) {
  KafkaOptions options{
      .brokers = cluster.bootstrap(), .topics = {kTopicName}, .group = group, .properties = more};
  options.properties.try_emplace("group.instance.id", "");
  options.properties.try_emplace("session.timeout.ms", "3300");  // over the 3 s
  options.properties.try_emplace("heartbeat.interval.ms", "100");
  options.properties.try_emplace("fetch.wait.max.ms",
                                 "20");  // the mock waits so long even when records have come
  options.properties.try_emplace("fetch.error.backoff.ms", "20");
  return options;
}

JoiningSource::JoiningSource(KafkaOptions options) : lookup_(std::make_shared<PositionLookup>()) {
  auto source = KafkaSource::open(std::move(options),
                                  [lookup = lookup_](const StreamId& stream) { return (*lookup)(stream); });
  if (!source) throw std::runtime_error(source.error().text());
  source_ = std::move(*source);
}

std::unique_ptr<KafkaSource> JoiningSource::take(PositionLookup lookup) {
  *lookup_ = std::move(lookup);
  return std::move(source_);
}

}  // namespace riposte::test
