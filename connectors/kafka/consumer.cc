#include "connectors/kafka/consumer.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "connectors/kafka/properties.h"
#include "engine/base/log.h"

namespace riposte {

using namespace kafka;

namespace {

constexpr std::size_t kBatchRecordsMax = 1000;
constexpr std::size_t kBatchBytesMax = std::size_t{4} << 20;   // with one record of any size on top
constexpr Duration kCommitInterval = std::chrono::seconds(5);  // fresh enough for lag tools
constexpr Duration kLastCommitTimeout = std::chrono::seconds(2);
constexpr Duration kCloseTimeout =
    std::chrono::seconds(7);  // closing was seen to take 5 s during a rebalance
constexpr std::chrono::milliseconds kCloseStep{100};
constexpr std::chrono::milliseconds kWatermarksTimeout = std::chrono::seconds(3);
constexpr std::chrono::milliseconds kReachTimeout{500};

}  // namespace

KafkaSource::Consumer::Consumer(KafkaOptions options, PositionLookup lookup)
    : options_(std::move(options)),
      lookup_(std::move(lookup)),
      prefetch_(options_.properties),
      next_start_(Deadline::after(Duration::zero())),
      next_commit_(Deadline::after(kCommitInterval)) {
  secrets = secrets_of(options_.properties);
}

Result<void> KafkaSource::Consumer::join() {
  Conf conf = TRY(consumer_conf(options_));
  rd_kafka_conf_set_opaque(conf.get(), static_cast<Context*>(this));
  rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  handle_ = TRY(make_handle(RD_KAFKA_CONSUMER, std::move(conf), secrets));
  rd_kafka_poll_set_consumer(handle_.get());
  const Partitions topics = make_partitions();
  for (const std::string& topic : options_.topics)
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  const auto code = rd_kafka_subscribe(handle_.get(), topics.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return fail(Errc::invalid, fmt::format("subscribing to the topics: {}", text_of(code)));
  return {};
}

bool KafkaSource::Consumer::leave() {
  if (!handle_) return true;
  commit_finally();
  const Queue queue(rd_kafka_queue_new(handle_.get()));
  const ErrorObject refused(rd_kafka_consumer_close_queue(handle_.get(), queue.get()));
  const Deadline deadline = Deadline::after(kCloseTimeout);
  // Records that were fetched and never polled arrive here too: rd_kafka_queue_poll_callback() would abort on
  // them.
  while (!refused && rd_kafka_consumer_closed(handle_.get()) == 0 && deadline.left() > Duration::zero())
    const Message unread(rd_kafka_consume_queue(queue.get(), milliseconds(kCloseStep)));
  return refused || rd_kafka_consumer_closed(handle_.get()) != 0;
}

Result<std::vector<SourceEvent>> KafkaSource::Consumer::poll(std::chrono::milliseconds timeout) {
  if (halted_ && batch_.empty()) return std::unexpected(*halted_);
  start_wanted();
  commit_if_due();
  prefetch_.look(handle_.get());
  collect(timeout);
  if (batch_.empty() && halted_) return std::unexpected(*halted_);
  if (batch_.empty() && passing_) return std::unexpected(*std::exchange(passing_, {}));
  if (batch_.empty() && !can_reach_a_broker())
    return fail(Errc::unavailable, fmt::format("none of the brokers at {} can be reached", options_.brokers));
  batch_bytes_ = 0;
  batch_records_ = 0;
  return std::exchange(batch_, {});
}

void KafkaSource::Consumer::collect(std::chrono::milliseconds timeout) {
  if (!batch_.empty()) timeout = std::chrono::milliseconds::zero();
  while (!halted_ && !passing_ && batch_records_ < kBatchRecordsMax && batch_bytes_ < kBatchBytesMax) {
    Message message(rd_kafka_consumer_poll(handle_.get(), milliseconds(timeout)));
    if (!message) return;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
      append_record(std::move(message));
    else
      on_message_error(*message);
    timeout = std::chrono::milliseconds::zero();
  }
}

void KafkaSource::Consumer::append_record(Message message) {
  Owned* owned = find(rd_kafka_topic_name(message->rkt), message->partition);
  if (owned == nullptr || message->offset < owned->next) {
    log::warning("Kafka: librdkafka gave a record out of turn; it is read in its own turn",
                 {{"topic", rd_kafka_topic_name(message->rkt)},
                  {"partition", std::int64_t{message->partition}},
                  {"offset", message->offset}});
    return;
  }
  owned->next = message->offset + 1;
  std::string_view bytes;
  if (message->payload != nullptr) bytes = {static_cast<const char*>(message->payload), message->len};
  const RecordView record{owned->stream, Offset(message->offset), Offset(owned->next), bytes,
                          message->len > options_.event_bytes_max};
  batch_bytes_ += message->len;
  ++batch_records_;
  add_record(batch_, record, BytesOwner(message.release(), [](void* owner) {
               rd_kafka_message_destroy(static_cast<rd_kafka_message_t*>(owner));
             }));
  works_again();
}

void KafkaSource::Consumer::works_again() {
  was_connected_ = true;
  all_brokers_down_ = false;
  trouble_.over();
}

/// librdkafka says when it has lost the last broker, not when it has one again: then somebody must ask.
bool KafkaSource::Consumer::can_reach_a_broker() {
  if (!all_brokers_down_) return true;
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(handle_.get(), 0, nullptr, &metadata, milliseconds(kReachTimeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  rd_kafka_metadata_destroy(metadata);
  works_again();
  return true;
}

void KafkaSource::Consumer::on_message_error(const rd_kafka_message_t& message) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return on_out_of_range(message);
    default:
      return on_trouble(message.err, rd_kafka_message_errstr(&message));
  }
}

void KafkaSource::Consumer::on_out_of_range(const rd_kafka_message_t& message) {
  const Owned* owned = find(rd_kafka_topic_name(message.rkt), message.partition);
  if (owned == nullptr) return;
  std::int64_t low = 0;
  std::int64_t high = 0;
  const auto code = rd_kafka_query_watermark_offsets(handle_.get(), owned->topic.c_str(), owned->partition,
                                                     &low, &high, milliseconds(kWatermarksTimeout));
  const bool inside = owned->next >= low && owned->next <= high;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR && !inside) {
    halted_ = lost_position(owned->stream, Offset(owned->next), Offset(low), Offset(high));
    return;
  }
  // librdkafka has given up this partition although nothing is lost: take all of them anew, from the stored
  // positions.
  trouble_.note(message.err, fmt::format("{}: {}", owned->stream.value(), rd_kafka_message_errstr(&message)));
  const Partitions again = make_partitions();
  for (const Owned& each : owned_)
    rd_kafka_topic_partition_list_add(again.get(), each.topic.c_str(), each.partition);
  release();
  take(*again);
}

void KafkaSource::Consumer::on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
  static_cast<Consumer*>(static_cast<Context*>(opaque))
      ->on_trouble(static_cast<rd_kafka_resp_err_t>(code), reason);
}

void KafkaSource::Consumer::on_trouble(rd_kafka_resp_err_t code, const char* reason) {
  if (code == RD_KAFKA_RESP_ERR__FATAL) return on_fatal();
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) all_brokers_down_ = true;
  const std::string text = secrets.hide(reason);
  auto error = lasting(code, text, was_connected_);
  if (!error) return trouble_.note(code, text);
  (error->code == Errc::fenced ? halted_ : passing_) = std::move(error);
}

void KafkaSource::Consumer::on_fatal() {
  std::array<char, 512> text{};
  const auto code = rd_kafka_fatal_error(handle_.get(), text.data(), text.size());
  halted_ = lasting(code, secrets.hide(text.data()), false);
  if (!halted_) halted_ = lasting(RD_KAFKA_RESP_ERR__FATAL, secrets.hide(text.data()), false);
}

void KafkaSource::Consumer::set_paused(const StreamId& stream, bool paused) {
  const auto owned = std::ranges::find(owned_, stream, &Owned::stream);
  if (owned == owned_.end()) return;  // revoked meanwhile
  const Partitions list = make_partitions();
  rd_kafka_topic_partition_list_add(list.get(), owned->topic.c_str(), owned->partition);
  const auto code = paused ? rd_kafka_pause_partitions(handle_.get(), list.get())
                           : rd_kafka_resume_partitions(handle_.get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) trouble_.note(code, text_of(code));
}

void KafkaSource::Consumer::committed(const StreamId& stream, Offset next) {
  const std::scoped_lock lock(mutex_);
  done_[stream] = next;
}

/// What is durable here and not yet known to the group; empty when it knows everything.
Partitions KafkaSource::Consumer::uncommitted() {
  Partitions list = make_partitions();
  const std::scoped_lock lock(mutex_);
  for (Owned& owned : owned_) {
    const auto done = done_.find(owned.stream);
    if (done == done_.end() || done->second.value() <= owned.group_offset) continue;
    owned.group_offset = done->second.value();
    rd_kafka_topic_partition_list_add(list.get(), owned.topic.c_str(), owned.partition)->offset =
        owned.group_offset;
  }
  return list;
}

void KafkaSource::Consumer::commit_if_due() {
  if (next_commit_.left() > Duration::zero()) return;
  next_commit_ = Deadline::after(kCommitInterval);
  const Partitions list = uncommitted();
  if (list->cnt > 0) rd_kafka_commit(handle_.get(), list.get(), 1);
}

void KafkaSource::Consumer::commit_finally() {
  const Partitions list = uncommitted();
  if (list->cnt == 0) return;
  const Queue answers(rd_kafka_queue_new(handle_.get()));
  bool answered = false;
  const auto note_answer = [](rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*,
                              void* seen) { *static_cast<bool*>(seen) = true; };
  if (rd_kafka_commit_queue(handle_.get(), list.get(), answers.get(), note_answer, &answered) != 0) return;
  const Deadline deadline = Deadline::after(kLastCommitTimeout);
  while (!answered && deadline.left() > Duration::zero())
    rd_kafka_queue_poll_callback(answers.get(),
                                 milliseconds(std::chrono::ceil<std::chrono::milliseconds>(deadline.left())));
}

KafkaSource::Consumer::Owned* KafkaSource::Consumer::find(std::string_view topic, std::int32_t partition) {
  const auto is_it = [&](const Owned& owned) { return owned.partition == partition && owned.topic == topic; };
  // Records of one partition come one after the other.
  if (found_last_ < owned_.size() && is_it(owned_[found_last_])) return &owned_[found_last_];
  const auto found = std::ranges::find_if(owned_, is_it);
  if (found == owned_.end()) return nullptr;
  found_last_ = static_cast<std::size_t>(found - owned_.begin());
  return &*found;
}

}  // namespace riposte
