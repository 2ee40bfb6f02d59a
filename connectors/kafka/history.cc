#include "connectors/kafka/history.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "connectors/kafka/history_reader.h"
#include "connectors/kafka/properties.h"
#include "connectors/kafka/trouble.h"

namespace riposte {

using namespace kafka;

namespace {

/// How long one wait for records is, so that callbacks get their turn.
constexpr std::chrono::milliseconds kReadWait{100};

std::optional<WallTime> written_at(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t milliseconds_since_1970 = rd_kafka_message_timestamp(&message, &kind);
  if (kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || milliseconds_since_1970 < 0) return {};
  return WallTime(std::chrono::milliseconds(milliseconds_since_1970));
}

/// A consumer without a group has a switch of its own for commits. The topic takes what is returned.
rd_kafka_topic_conf_t* topic_conf(rd_kafka_t* handle) {
  rd_kafka_topic_conf_t* conf = rd_kafka_default_topic_conf_dup(handle);
  rd_kafka_topic_conf_set(conf, "auto.commit.enable", "false", nullptr, 0);
  return conf;
}

}  // namespace

KafkaHistory::Reader::Reader(KafkaOptions options, HistoryRange range)
    : options_(std::move(options)), range_(std::move(range)) {
  secrets = secrets_of(options_.properties);
}

Result<void> KafkaHistory::Reader::open() {
  Conf conf = TRY(history_conf(options_));
  rd_kafka_conf_set_opaque(conf.get(), static_cast<Context*>(this));
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  handle_ = TRY(make_handle(RD_KAFKA_CONSUMER, std::move(conf), secrets));
  topic_.reset(rd_kafka_topic_new(handle_.get(), range_.topic.c_str(), topic_conf(handle_.get())));
  if (!topic_)
    return fail(Errc::invalid, fmt::format("topic '{}': {}", range_.topic, text_of(rd_kafka_last_error())));
  TRY(find_parts());
  was_connected_ = true;
  return {};
}

void KafkaHistory::Reader::on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
  static_cast<Reader*>(static_cast<Context*>(opaque))
      ->on_trouble(static_cast<rd_kafka_resp_err_t>(code), reason);
}

void KafkaHistory::Reader::on_trouble(rd_kafka_resp_err_t code, const char* reason) {
  if (!lasting_) lasting_ = lasting(code, secrets.hide(reason), was_connected_);
}

/// What librdkafka was told meanwhile says more than that nobody answered.
Error KafkaHistory::Reader::unanswered(const std::string& doing, rd_kafka_resp_err_t code) {
  rd_kafka_poll(handle_.get(), 0);
  on_trouble(code, text_of(code).c_str());
  if (lasting_) return *lasting_;
  return {Errc::unavailable, fmt::format("{}: {}", doing, text_of(code)), {}};
}

Result<void> KafkaHistory::Reader::start(rd_kafka_queue_t* queue) {
  for (const Part& part : parts_) {
    if (part.is_read) continue;
    if (rd_kafka_consume_start_queue(topic_.get(), part.partition, part.begin, queue) != 0)
      return std::unexpected(unanswered("reading " + part.stream.value(), rd_kafka_last_error()));
  }
  return {};
}

Result<void> KafkaHistory::Reader::read(const See& see) {
  const Queue queue(rd_kafka_queue_new(handle_.get()));
  TRY(start(queue.get()));
  Deadline silence = Deadline::after(kSilenceMax);
  while (!all_read()) {
    rd_kafka_poll(handle_.get(), 0);
    if (lasting_) return std::unexpected(*lasting_);
    const Message message(rd_kafka_consume_queue(queue.get(), milliseconds(kReadWait)));
    if (message) {
      TRY(take(*message, see));
      silence = Deadline::after(kSilenceMax);
    } else if (silence.left() == Duration::zero()) {
      return fail(Errc::unavailable, fmt::format("{} has given nothing for {}: is it up?", options_.brokers,
                                                 duration_text(kSilenceMax)));
    }
  }
  return {};
}

Result<void> KafkaHistory::Reader::take(const rd_kafka_message_t& message, const See& see) {
  const auto part = std::ranges::find(parts_, message.partition, &Part::partition);
  if (part == parts_.end() || part->is_read) return {};
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) return take_error(message, *part);
  if (message.offset < part->end) {
    part->next = message.offset + 1;
    Record record{part->stream, Offset(message.offset), Offset(part->next), {}};
    record.oversize = message.len > options_.event_bytes_max;
    if (message.payload != nullptr)
      record.bytes.assign(static_cast<const char*>(message.payload), message.len);
    see({std::move(record), written_at(message)});
  }
  // The last offsets may hold nothing to read, a transaction's end for instance: then the next record, or the
  // end of the partition, says that all has come.
  if (message.offset + 1 >= part->end) end(*part);
  return {};
}

Result<void> KafkaHistory::Reader::take_error(const rd_kafka_message_t& message, Part& part) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (message.offset >= part.end) end(part);
      return {};
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return fail(Errc::unavailable,
                  fmt::format("{}: the records from {} on were deleted while they were read; replay again",
                              part.stream.value(), part.next));
    default:
      on_trouble(message.err, rd_kafka_message_errstr(&message));
      return {};
  }
}

void KafkaHistory::Reader::end(Part& part) {
  part.next = part.end;
  part.is_read = true;
  rd_kafka_consume_stop(topic_.get(), part.partition);
}

bool KafkaHistory::Reader::all_read() const { return std::ranges::all_of(parts_, &Part::is_read); }

std::uint64_t KafkaHistory::Reader::total() const {
  std::uint64_t total = 0;
  for (const Part& part : parts_) total += static_cast<std::uint64_t>(part.end - part.begin);
  return total;
}

std::uint64_t KafkaHistory::Reader::done() const {
  std::uint64_t done = 0;
  for (const Part& part : parts_) done += static_cast<std::uint64_t>(part.next - part.begin);
  return done;
}

Result<std::unique_ptr<History>> KafkaHistory::open(KafkaOptions options, const HistoryRange& range) {
  auto reader = std::make_unique<Reader>(std::move(options), range);
  TRY_DOING("opening the topic", reader->open());
  return std::unique_ptr<History>(new KafkaHistory(std::move(reader)));
}

KafkaHistory::KafkaHistory(std::unique_ptr<Reader> reader) : reader_(std::move(reader)) {}
KafkaHistory::~KafkaHistory() = default;

Result<void> KafkaHistory::read(const See& see) { return reader_->read(see); }
std::uint64_t KafkaHistory::total() const { return reader_->total(); }
std::uint64_t KafkaHistory::done() const { return reader_->done(); }

}  // namespace riposte
