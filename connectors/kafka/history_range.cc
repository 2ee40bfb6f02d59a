#include <algorithm>

#include <fmt/format.h>

#include "connectors/kafka/history_reader.h"
#include "connectors/kafka/position.h"

namespace riposte {

using namespace kafka;

namespace {

/// For a broker that has to be found first, over a slow line.
constexpr std::chrono::milliseconds kQuestionTimeout = std::chrono::seconds(5);

struct DestroyMetadata {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, DestroyMetadata>;

/// Kafka counts in milliseconds; a record of the same millisecond but before the moment is not in it.
std::int64_t kafka_time(WallTime moment) {
  return std::chrono::ceil<std::chrono::milliseconds>(moment).time_since_epoch().count();
}

}  // namespace

Result<std::int32_t> KafkaHistory::Reader::partition_count() {
  const rd_kafka_metadata_t* answer = nullptr;
  const auto code =
      rd_kafka_metadata(handle_.get(), 0, topic_.get(), &answer, milliseconds(kQuestionTimeout));
  const Metadata metadata(answer);
  const std::string doing = fmt::format("asking {} for topic '{}'", options_.brokers, range_.topic);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(unanswered(doing, code));
  const auto error =
      metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    return fail(Errc::not_found, fmt::format("{} has no topic '{}'", options_.brokers, range_.topic));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(unanswered(doing, error));
  return metadata->topics[0].partition_cnt;
}

Result<Watermarks> KafkaHistory::Reader::watermarks(std::int32_t partition) {
  Watermarks marks;
  const auto code = rd_kafka_query_watermark_offsets(handle_.get(), range_.topic.c_str(), partition,
                                                     &marks.low, &marks.high, milliseconds(kQuestionTimeout));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return marks;
  return std::unexpected(unanswered(fmt::format("asking for the oldest and newest offset of {}",
                                                stream_of(range_.topic, partition).value()),
                                    code));
}

/// Of every partition; nothing where no record is so young, or where the bound is no moment.
Result<std::vector<std::optional<std::int64_t>>> KafkaHistory::Reader::first_since(const HistoryBound& bound,
                                                                                   std::int32_t count) {
  std::vector<std::optional<std::int64_t>> offsets(static_cast<std::size_t>(count));
  const auto* moment = std::get_if<WallTime>(&bound);
  if (moment == nullptr) return offsets;
  const Partitions asked = make_partitions();
  for (std::int32_t partition = 0; partition < count; ++partition)
    rd_kafka_topic_partition_list_add(asked.get(), range_.topic.c_str(), partition)->offset =
        kafka_time(*moment);
  const auto code = rd_kafka_offsets_for_times(handle_.get(), asked.get(), milliseconds(kQuestionTimeout));
  const std::string doing = fmt::format("asking for the offsets at {}", iso8601(*moment));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(unanswered(doing, code));
  for (std::int32_t i = 0; i < asked->cnt; ++i) {
    const rd_kafka_topic_partition_t& answer = asked->elems[i];
    if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(unanswered(doing, answer.err));
    if (answer.offset >= 0) offsets.at(static_cast<std::size_t>(answer.partition)) = answer.offset;
  }
  return offsets;
}

Result<void> KafkaHistory::Reader::find_parts() {
  const std::int32_t count = TRY(partition_count());
  const auto since_from = TRY(first_since(range_.from, count));
  const auto since_to = TRY(first_since(range_.to, count));
  for (std::int32_t partition = 0; partition < count; ++partition) {
    const auto i = static_cast<std::size_t>(partition);
    Part part{part_of(range_, TRY(watermarks(partition)), {since_from[i], since_to[i]}), partition,
              stream_of(range_.topic, partition)};
    part.next = part.begin;
    part.is_read = part.begin == part.end;
    parts_.push_back(std::move(part));
  }
  return {};
}

}  // namespace riposte
