#include "bench/bare_consumer.h"

#include <array>
#include <stdexcept>

#include "connectors/kafka/handle.h"
#include "connectors/kafka/properties.h"

namespace riposte::bench {
namespace {

/// No record for this long: something is wrong.
constexpr std::chrono::milliseconds kSilenceMax{30'000};

kafka::Handle open_consumer(const KafkaOptions& options) {
  auto conf = kafka::consumer_conf(options);
  if (!conf) throw std::runtime_error(conf.error().text());
  std::array<char, 512> why{};
  rd_kafka_conf_set_log_cb(conf->get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_conf_t* const given = conf->release();
  kafka::Handle handle(rd_kafka_new(RD_KAFKA_CONSUMER, given, why.data(), why.size()));
  if (!handle) {
    rd_kafka_conf_destroy(given);  // the handle would have owned it
    throw std::runtime_error(why.data());
  }
  rd_kafka_poll_set_consumer(handle.get());
  return handle;
}

}  // namespace

Reading read_bare(const KafkaOptions& options, int partitions, std::uint64_t records) {
  const kafka::Handle handle = open_consumer(options);
  const kafka::Partitions assignment = kafka::make_partitions();
  for (int partition = 0; partition < partitions; ++partition)
    rd_kafka_topic_partition_list_add(assignment.get(), options.topics.front().c_str(), partition)->offset =
        0;
  if (const auto code = rd_kafka_assign(handle.get(), assignment.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error(kafka::text_of(code));

  Reading reading;
  Steady::time_point begun;
  Seconds cpu_begun{};
  while (reading.records < records) {
    const kafka::Message message(rd_kafka_consumer_poll(handle.get(), kafka::milliseconds(kSilenceMax)));
    if (!message) throw std::runtime_error("the topic went silent");
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw std::runtime_error(rd_kafka_message_errstr(message.get()));
    if (reading.records == 0) {
      begun = Steady::now();
      cpu_begun = cpu_time();
    }
    ++reading.records;
    reading.bytes += message->len;
  }
  reading.time = Steady::now() - begun;
  reading.cpu = cpu_time() - cpu_begun;
  return reading;
}

}  // namespace riposte::bench
