#include "tests/support/kafka_client.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>

namespace riposte::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr seconds kAdminLimit{30};
constexpr milliseconds kPollInterval{20};
constexpr seconds kProduceLimit{30};
constexpr milliseconds kQueueFullWait{100};

template <class T, void (*close)(T*)>
struct Close {
  void operator()(T* object) const { close(object); }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, Close<rd_kafka_queue_t, rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Close<rd_kafka_event_t, rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Close<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Close<rd_kafka_message_t, rd_kafka_message_destroy>>;
using Partitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t,
                    Close<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>>;
struct CloseMetadata {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, CloseMetadata>;
using Conf = std::unique_ptr<rd_kafka_conf_t, Close<rd_kafka_conf_t, rd_kafka_conf_destroy>>;

[[noreturn]] void give_up(const std::string& doing, const std::string& why) {
  throw std::runtime_error("kafka: " + doing + ": " + why);
}

int as_int(milliseconds duration) { return static_cast<int>(duration.count()); }

milliseconds until(Clock::time_point deadline) {
  return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(deadline - Clock::now()));
}

std::optional<std::string> bytes_of(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

std::map<std::string, std::string> headers_of(const rd_kafka_message_t* message) {
  std::map<std::string, std::string> headers;
  rd_kafka_headers_t* all = nullptr;
  if (rd_kafka_message_headers(message, &all) != RD_KAFKA_RESP_ERR_NO_ERROR) return headers;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(all, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i)
    headers[name] = std::string(static_cast<const char*>(value), size);
  return headers;
}

bool has_leaders(rd_kafka_t* client, const std::string& topic, int partitions) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(client, 0, handle, &raw, as_int(seconds{1}));
  rd_kafka_topic_destroy(handle);
  const Metadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || metadata->topic_cnt != 1) return false;
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR || found.partition_cnt != partitions) return false;
  for (int i = 0; i < partitions; ++i) {
    if (found.partitions[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  }
  return true;
}

// Empty on success.
std::string error_of_creation(rd_kafka_event_t* event) {
  if (event == nullptr) return "no answer";
  if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR) return rd_kafka_event_error_string(event);
  std::size_t count = 0;
  const auto* topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  if (count != 1) return "an answer for another topic";
  if (rd_kafka_topic_result_error(topics[0]) == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return rd_kafka_topic_result_error_string(topics[0]);
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& first_failure = *static_cast<std::string*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && first_failure.empty())
    first_failure = rd_kafka_err2str(message->err);
}

}  // namespace

KafkaHandle make_client(rd_kafka_type_t type, const std::string& bootstrap, const KafkaConfig& config,
                        std::string* first_failure) {
  KafkaConfig all{{"bootstrap.servers", bootstrap},
                  {"broker.address.family", "v4"},
                  // A broker that was killed and started again is found at once.
                  {"reconnect.backoff.ms", "20"},
                  {"reconnect.backoff.max.ms", "200"}};
  for (const auto& [name, value] : config) all[name] = value;
  std::array<char, 512> why{};
  Conf conf(rd_kafka_conf_new());
  for (const auto& [name, value] : all) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      give_up("setting " + name, why.data());
    }
  }
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  if (first_failure != nullptr) {
    rd_kafka_conf_set_opaque(conf.get(), first_failure);
    rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  }
  rd_kafka_conf_t* const given = conf.release();
  KafkaHandle handle(rd_kafka_new(type, given, why.data(), why.size()));
  if (!handle) {
    rd_kafka_conf_destroy(given);  // the handle would have owned it
    give_up("making a client", why.data());
  }
  return handle;
}

void create_topic(const std::string& bootstrap, const std::string& topic, int partitions,
                  const KafkaConfig& config) {
  const auto deadline = Clock::now() + kAdminLimit;
  const std::string doing = "creating topic " + topic;
  const KafkaHandle client = make_client(RD_KAFKA_PRODUCER, bootstrap, {});
  std::array<char, 512> why{};
  const NewTopic wanted(rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why.data(), why.size()));
  if (!wanted) give_up(doing, why.data());
  for (const auto& [name, value] : config)
    rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(client.get()));
  std::array<rd_kafka_NewTopic_t*, 1> topics{wanted.get()};
  rd_kafka_CreateTopics(client.get(), topics.data(), topics.size(), nullptr, queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), as_int(kAdminLimit)));
  if (const std::string error = error_of_creation(event.get()); !error.empty()) give_up(doing, error);
  // The controller answers before the broker has heard of the topic.
  while (!has_leaders(client.get(), topic, partitions)) {
    if (Clock::now() >= deadline) give_up(doing, "no leaders in time");
    std::this_thread::sleep_for(kPollInterval);
  }
}

KafkaProducer::KafkaProducer(const std::string& bootstrap, const KafkaConfig& config)
    : handle_(make_client(RD_KAFKA_PRODUCER, bootstrap, config, &first_failure_)) {}

void KafkaProducer::produce(const std::string& topic, std::int32_t partition,
                            std::optional<std::string_view> key, std::optional<std::string_view> value) {
  const auto deadline = Clock::now() + kProduceLimit;
  auto pointer = [](const auto& bytes) { return bytes ? const_cast<char*>(bytes->data()) : nullptr; };
  auto size = [](const auto& bytes) { return bytes ? bytes->size() : 0; };
  for (;;) {
    const auto error = rd_kafka_producev(
        handle_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_KEY(pointer(key), size(key)), RD_KAFKA_V_VALUE(pointer(value), size(value)),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL || Clock::now() >= deadline) {
      give_up("producing to " + topic, rd_kafka_err2str(error));
    }
    rd_kafka_poll(handle_.get(), as_int(kQueueFullWait));
  }
}

void KafkaProducer::flush(milliseconds limit) {
  const auto error = rd_kafka_flush(handle_.get(), as_int(limit));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) give_up("flushing", rd_kafka_err2str(error));
  if (!first_failure_.empty()) give_up("delivering", first_failure_);
}

std::vector<KafkaRecord> consume_all(const std::string& bootstrap, const std::string& topic,
                                     std::int32_t partition, std::int64_t from, std::size_t count,
                                     milliseconds limit, const KafkaConfig& config) {
  const auto deadline = Clock::now() + limit;
  const std::string doing = "consuming " + topic;
  KafkaConfig all{{"group.id", "riposte-test"},   {"enable.auto.commit", "false"},
                  {"check.crcs", "true"},         {"isolation.level", "read_committed"},
                  {"auto.offset.reset", "error"}, {"fetch.wait.max.ms", "50"}};
  for (const auto& [name, value] : config) all[name] = value;
  const KafkaHandle client = make_client(RD_KAFKA_CONSUMER, bootstrap, all);
  rd_kafka_poll_set_consumer(client.get());
  const Partitions assignment(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(assignment.get(), topic.c_str(), partition)->offset = from;
  if (const auto error = rd_kafka_assign(client.get(), assignment.get()))
    give_up(doing, rd_kafka_err2str(error));

  std::vector<KafkaRecord> records;
  while (records.size() < count && Clock::now() < deadline) {
    const Message message(rd_kafka_consumer_poll(client.get(), as_int(until(deadline))));
    if (!message) continue;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(doing, rd_kafka_message_errstr(message.get()));
    records.push_back({message->offset, bytes_of(message->key, message->key_len),
                       bytes_of(message->payload, message->len), headers_of(message.get())});
  }
  return records;
}

std::int64_t end_offset(const std::string& bootstrap, const std::string& topic, std::int32_t partition) {
  const KafkaHandle client = make_client(RD_KAFKA_CONSUMER, bootstrap, {{"group.id", "riposte-test"}});
  std::int64_t low = 0;
  std::int64_t high = 0;
  if (const auto error = rd_kafka_query_watermark_offsets(client.get(), topic.c_str(), partition, &low, &high,
                                                          as_int(kAdminLimit)))
    give_up("asking for the end of " + topic, rd_kafka_err2str(error));
  return high;
}

KafkaGroup::KafkaGroup(const std::string& bootstrap, const std::string& group)
    : handle_(make_client(RD_KAFKA_CONSUMER, bootstrap, {{"group.id", group}})) {}

std::optional<std::int64_t> KafkaGroup::committed(const std::string& topic, std::int32_t partition) {
  const Partitions partitions(rd_kafka_topic_partition_list_new(1));
  const rd_kafka_topic_partition_t* asked =
      rd_kafka_topic_partition_list_add(partitions.get(), topic.c_str(), partition);
  if (const auto error = rd_kafka_committed(handle_.get(), partitions.get(), as_int(kAdminLimit)))
    give_up("asking for a group's offset of " + topic, rd_kafka_err2str(error));
  if (asked->offset < 0) return {};
  return asked->offset;
}

KafkaProbe::KafkaProbe(const std::string& bootstrap)
    : handle_(make_client(RD_KAFKA_CONSUMER, bootstrap, {{"group.id", "riposte-probe"}})) {}

std::string KafkaProbe::missing(milliseconds limit) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto metadata_error = rd_kafka_metadata(handle_.get(), 0, nullptr, &raw, as_int(limit));
  const Metadata metadata(raw);
  if (metadata_error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::string("metadata: ") + rd_kafka_err2str(metadata_error);
  }
  if (metadata->broker_cnt == 0) return "metadata: no broker registered yet";
  // Offsets of a group can be had from its coordinator only; that the topic does not exist does not matter.
  const Partitions partitions(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(partitions.get(), "riposte-probe", 0);
  const auto error = rd_kafka_committed(handle_.get(), partitions.get(), as_int(limit));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::string("coordinator: ") + rd_kafka_err2str(error);
  return {};
}

}  // namespace riposte::test
