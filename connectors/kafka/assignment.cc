#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "connectors/kafka/consumer.h"
#include "engine/base/log.h"

namespace riposte {

using namespace kafka;

namespace {

constexpr Duration kStartRetryInterval = std::chrono::seconds(1);
/// The group waits max.poll.interval.ms (60 s) for us; one answer takes milliseconds when the brokers are
/// well.
constexpr Duration kStartTimeout = std::chrono::seconds(10);
constexpr std::chrono::milliseconds kAnswerTimeout = std::chrono::seconds(3);

}  // namespace

void KafkaSource::Consumer::on_rebalance(rd_kafka_t* handle, rd_kafka_resp_err_t code,
                                         rd_kafka_topic_partition_list_t* list, void* opaque) {
  auto& self = *static_cast<Consumer*>(static_cast<Context*>(opaque));
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) return self.take(*list);
  if (rd_kafka_assignment_lost(handle) != 0)
    log::warning("Kafka: the group gave our partitions away; was the engine stopped or overloaded for long?");
  self.release();
  rd_kafka_assign(handle, nullptr);
}

/// The positions are looked up at the beginning of the next poll(), when the caller has seen every Revoked
/// before: what it then finished is stored. Meanwhile reading nothing keeps the membership alive.
void KafkaSource::Consumer::take(const rd_kafka_topic_partition_list_t& assigned) {
  wanted_.reset(rd_kafka_topic_partition_list_copy(&assigned));
  next_start_ = Deadline::after(Duration::zero());
  assign({});
}

void KafkaSource::Consumer::release() {
  for (Owned& owned : owned_) batch_.emplace_back(Revoked{std::move(owned.stream)});
  owned_.clear();
  wanted_.reset();
}

void KafkaSource::Consumer::start_wanted() {
  if (!wanted_ || halted_ || !batch_.empty() || next_start_.left() > Duration::zero()) return;
  next_start_ = Deadline::after(kStartRetryInterval);
  auto stored = look_up_wanted();
  if (!stored) return give_up_start(std::move(stored).error());
  const auto known = ask_brokers(std::move(*stored));
  if (!known) return trouble_.note(RD_KAFKA_RESP_ERR__STATE, known.error().text());
  auto owned = decide(*known);
  if (!owned) return give_up_start(std::move(owned).error());
  begin(std::move(*owned));
}

void KafkaSource::Consumer::give_up_start(Error error) {
  auto& place = error.code == Errc::unavailable ? passing_ : halted_;
  place = std::move(error);
}

Result<std::vector<std::optional<Offset>>> KafkaSource::Consumer::look_up_wanted() {
  std::vector<std::optional<Offset>> stored;
  for (int i = 0; i < wanted_->cnt; ++i) {
    const StreamId stream = stream_of(wanted_->elems[i].topic, wanted_->elems[i].partition);
    stored.push_back(TRY_DOING("looking up the stored position of " + stream.value(), lookup_(stream)));
  }
  return stored;
}

Result<std::vector<KnownPositions>> KafkaSource::Consumer::ask_brokers(
    std::vector<std::optional<Offset>> stored) {
  std::vector<KnownPositions> all;
  if (wanted_->cnt == 0) return all;
  auto code = rd_kafka_committed(handle_.get(), wanted_.get(), milliseconds(kAnswerTimeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(Errc::unavailable, "asking for the group's offsets: " + text_of(code));
  const Deadline deadline = Deadline::after(kStartTimeout);
  for (int i = 0; i < wanted_->cnt; ++i) {
    const rd_kafka_topic_partition_t& partition = wanted_->elems[i];
    const std::string name = stream_of(partition.topic, partition.partition).value();
    if (partition.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return fail(Errc::unavailable,
                  fmt::format("asking for the group's offset of {}: {}", name, text_of(partition.err)));
    std::int64_t low = 0;
    std::int64_t high = 0;
    const auto wait = std::min(kAnswerTimeout, std::chrono::ceil<std::chrono::milliseconds>(deadline.left()));
    code = rd_kafka_query_watermark_offsets(handle_.get(), partition.topic, partition.partition, &low, &high,
                                            milliseconds(wait));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
      return fail(Errc::unavailable,
                  fmt::format("asking for the oldest and newest offset of {}: {}", name, text_of(code)));
    const auto committed = partition.offset >= 0 ? std::optional(Offset(partition.offset)) : std::nullopt;
    all.push_back({stored.at(static_cast<std::size_t>(i)), committed, Offset(low), Offset(high)});
  }
  return all;
}

Result<std::vector<KafkaSource::Consumer::Owned>> KafkaSource::Consumer::decide(
    const std::vector<KnownPositions>& known) const {
  std::vector<Owned> owned;
  for (int i = 0; i < wanted_->cnt; ++i) {
    const rd_kafka_topic_partition_t& partition = wanted_->elems[i];
    const KnownPositions& positions = known.at(static_cast<std::size_t>(i));
    StreamId stream = stream_of(partition.topic, partition.partition);
    Start start = TRY(start_of(stream, positions, options_.accept_lost_position));
    const std::int64_t next = start.offset.value();
    // After an accepted loss the group's offset may have to go back, or the next start would stop again.
    const bool follow = start.warning.empty() && positions.committed;
    const std::int64_t group_offset = follow ? positions.committed->value() : -1;
    owned.push_back(
        {std::move(stream), partition.topic, partition.partition, std::move(start), next, group_offset});
  }
  return owned;
}

void KafkaSource::Consumer::begin(std::vector<Owned> owned) {
  wanted_.reset();
  owned_ = std::move(owned);
  assign(owned_);
  for (const Owned& each : owned_) {
    if (!each.start.warning.empty())
      log::warning("Kafka: a lost position was accepted",
                   {{"loss", each.start.warning}, {"starts_at", each.start.offset.value()}});
    batch_.emplace_back(Assigned{each.stream, each.start.offset});
  }
  was_connected_ = was_connected_ || !owned_.empty();
  trouble_.over();
}

void KafkaSource::Consumer::assign(const std::vector<Owned>& owned) {
  const Partitions list = make_partitions();
  for (const Owned& each : owned) {
    auto* partition = rd_kafka_topic_partition_list_add(list.get(), each.topic.c_str(), each.partition);
    partition->offset = each.start.from_beginning ? RD_KAFKA_OFFSET_BEGINNING : each.start.offset.value();
  }
  const auto code = rd_kafka_assign(handle_.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) trouble_.note(code, text_of(code));
}

}  // namespace riposte
