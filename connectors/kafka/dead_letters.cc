#include "connectors/kafka/dead_letters.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sodium.h>

#include "connectors/kafka/handle.h"
#include "connectors/kafka/properties.h"
#include "connectors/kafka/trouble.h"
#include "engine/base/clock.h"

namespace riposte {

using namespace kafka;

namespace {

/// Longer than message.timeout.ms (10 s): normally librdkafka has given every answer by then.
constexpr Duration kDeliveryTimeout = std::chrono::seconds(12);
constexpr std::chrono::milliseconds kReportStep{100};
constexpr std::size_t kStubBytesMax = std::size_t{64} << 10;
/// A stub must fit where the letter did not; a detail may quote the event.
constexpr std::size_t kStubDetailBytesMax = 1024;

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

}  // namespace

/// What is sent for one letter, and what became of it.
struct KafkaDeadLetters::Parcel {
  std::string key;
  std::string_view value;
  Headers headers;
  rd_kafka_resp_err_t outcome = RD_KAFKA_RESP_ERR__IN_PROGRESS;

  static Parcel whole(const DeadLetter& letter);
  static Parcel stub(const DeadLetter& letter, std::size_t bytes_max);
  bool too_large() const { return outcome == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE; }
  bool failed() const { return outcome != RD_KAFKA_RESP_ERR_NO_ERROR && !too_large(); }
};

KafkaDeadLetters::Parcel KafkaDeadLetters::Parcel::whole(const DeadLetter& letter) {
  return {fmt::format("{}@{}", letter.stream.value(), letter.offset.value()),
          letter.bytes,
          {{"reason", letter.reason},
           {"detail", letter.detail},
           {"stream", letter.stream.value()},
           {"offset", std::to_string(letter.offset.value())},
           {"time", iso8601(letter.at)}}};
}

KafkaDeadLetters::Parcel KafkaDeadLetters::Parcel::stub(const DeadLetter& letter, std::size_t bytes_max) {
  Parcel parcel = whole(letter);
  parcel.value = parcel.value.substr(0, bytes_max);
  for (auto& [name, text] : parcel.headers)
    if (name == "detail" && text.size() > kStubDetailBytesMax) text.resize(kStubDetailBytesMax);
  parcel.headers.emplace_back("truncated", "true");
  parcel.headers.emplace_back("size", std::to_string(letter.bytes.size()));
  parcel.headers.emplace_back("sha256", sha256_hex(letter.bytes));
  return parcel;
}

class KafkaDeadLetters::Producer : public Context {
 public:
  explicit Producer(std::string topic) : topic_(std::move(topic)) {}

  Result<void> connect(const KafkaDeadLetterOptions& options) {
    secrets = secrets_of(options.properties);
    Conf conf = TRY(producer_conf(options));
    rd_kafka_conf_set_opaque(conf.get(), static_cast<Context*>(this));
    rd_kafka_conf_set_dr_msg_cb(conf.get(), on_report);
    rd_kafka_conf_set_error_cb(conf.get(), on_error);
    handle_ = TRY(make_handle(RD_KAFKA_PRODUCER, std::move(conf), secrets));
    return {};
  }

  /// Sends them and waits for what becomes of each. After a failure this producer must go: it may still hold
  /// parcels.
  Result<void> send(std::span<Parcel> parcels) {
    const Deadline deadline = Deadline::after(kDeliveryTimeout);
    waiting_ = parcels.size();
    for (Parcel& parcel : parcels) enqueue(parcel, deadline);
    while (waiting_ > 0 && deadline.left() > Duration::zero())
      rd_kafka_poll(handle_.get(), milliseconds(kReportStep));
    const auto bad = std::ranges::find_if(parcels, &Parcel::failed);
    if (bad != parcels.end()) return refusal(bad->outcome);
    trouble_.over();
    return {};
  }

 private:
  void enqueue(Parcel& parcel, const Deadline& deadline) {
    do {
      parcel.outcome = produce(parcel);
      if (parcel.outcome != RD_KAFKA_RESP_ERR__QUEUE_FULL) break;
      rd_kafka_poll(handle_.get(), milliseconds(kReportStep));
    } while (deadline.left() > Duration::zero());
    if (parcel.outcome != RD_KAFKA_RESP_ERR__IN_PROGRESS) --waiting_;  // there will be no report
  }

  rd_kafka_resp_err_t produce(Parcel& parcel) {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(parcel.headers.size());
    for (const auto& [name, text] : parcel.headers)
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), text.data(),
                          static_cast<ssize_t>(text.size()));
    // librdkafka copies: a parcel may be gone when a producer that failed is torn down.
    // NOLINTNEXTLINE(clang-analyzer-*)
    const auto code = rd_kafka_producev(
        handle_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(parcel.key.data(), parcel.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(parcel.value.data()), parcel.value.size()),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(&parcel), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return RD_KAFKA_RESP_ERR__IN_PROGRESS;
    rd_kafka_headers_destroy(headers);
    return code;
  }

  static void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& self = *static_cast<Producer*>(static_cast<Context*>(opaque));
    static_cast<Parcel*>(message->_private)->outcome = message->err;
    --self.waiting_;
  }

  static void on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
    auto& self = *static_cast<Producer*>(static_cast<Context*>(opaque));
    self.last_trouble_ = self.secrets.hide(reason);
    self.trouble_.note(static_cast<rd_kafka_resp_err_t>(code), self.last_trouble_);
  }

  Result<void> refusal(rd_kafka_resp_err_t code) const {
    std::string text = fmt::format("dead-letter topic '{}': {}", topic_, text_of(code));
    if (code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
      text += ": create the topic";
    else if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
      text += ": allow this user WRITE on the topic";
    else if (!last_trouble_.empty())
      text += fmt::format(" ({})", last_trouble_);
    return fail(Errc::unavailable, std::move(text));
  }

  const std::string topic_;
  Trouble trouble_;
  std::string last_trouble_;
  std::size_t waiting_ = 0;
  Handle handle_;
};

KafkaDeadLetters::KafkaDeadLetters(KafkaDeadLetterOptions options) : options_(std::move(options)) {}
KafkaDeadLetters::~KafkaDeadLetters() = default;

Result<std::unique_ptr<KafkaDeadLetters>> KafkaDeadLetters::open(KafkaDeadLetterOptions options) {
  std::unique_ptr<KafkaDeadLetters> sink(new KafkaDeadLetters(std::move(options)));
  TRY_DOING("opening the dead-letter topic", sink->connect());
  return sink;
}

Result<void> KafkaDeadLetters::connect() {
  auto producer = std::make_unique<Producer>(options_.topic);
  TRY(producer->connect(options_));
  producer_ = std::move(producer);
  return {};
}

Result<void> KafkaDeadLetters::deliver(std::span<const DeadLetter> letters) {
  if (!producer_) TRY(connect());
  std::vector<Parcel> parcels;
  parcels.reserve(letters.size());
  for (const DeadLetter& letter : letters) parcels.push_back(Parcel::whole(letter));
  TRY(send(parcels));
  for (std::size_t i = 0; i < letters.size(); ++i)
    if (parcels[i].too_large()) TRY(deliver_smaller(letters[i]));
  return {};
}

/// A batch may be refused for its sum: the letter gets a try alone before it is cut.
Result<void> KafkaDeadLetters::deliver_smaller(const DeadLetter& letter) {
  for (Parcel parcel :
       {Parcel::whole(letter), Parcel::stub(letter, kStubBytesMax), Parcel::stub(letter, 0)}) {
    TRY(send(std::span(&parcel, 1)));
    if (!parcel.too_large()) return {};
  }
  return fail(
      Errc::unavailable,
      fmt::format("dead-letter topic '{}' takes not even a letter without its bytes: raise max.message.bytes",
                  options_.topic));
}

/// Whatever a producer that failed still holds goes with it: the caller will bring the same letters again.
Result<void> KafkaDeadLetters::send(std::span<Parcel> parcels) {
  auto sent = producer_->send(parcels);
  if (!sent) producer_.reset();
  return sent;
}

}  // namespace riposte
