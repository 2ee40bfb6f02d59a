/// The dead-letter topic: key "<stream>@<offset>", value the bytes as received, headers reason, detail,
/// stream, offset, time.
///
/// Delivers with the idempotent producer and acks=all; a letter may still come twice, with the same key.
/// Threads: one.
/// Errors:  of open(): invalid. Of deliver(): unavailable, also for what a person must cure (no such topic,
/// no permission). Limits:  deliver() takes at most about 15 s per round of tries. A letter that the broker
/// finds too large is delivered
///          as a stub: headers `truncated` = "true", `size` and `sha256` of the whole, value its first 64
///          KiB, or nothing when even that is too large.
#pragma once

#include <memory>

#include "connectors/kafka/options.h"
#include "engine/ports/dead_letter_sink.h"

namespace riposte {

class KafkaDeadLetters final : public DeadLetterSink {
 public:
  /// Needs no broker yet.
  static Result<std::unique_ptr<KafkaDeadLetters>> open(KafkaDeadLetterOptions options);
  ~KafkaDeadLetters() override;
  KafkaDeadLetters(const KafkaDeadLetters&) = delete;
  KafkaDeadLetters& operator=(const KafkaDeadLetters&) = delete;

  Result<void> deliver(std::span<const DeadLetter> letters) override;

 private:
  class Producer;
  struct Parcel;
  explicit KafkaDeadLetters(KafkaDeadLetterOptions options);
  Result<void> connect();
  Result<void> send(std::span<Parcel> parcels);
  Result<void> deliver_smaller(const DeadLetter& letter);

  const KafkaDeadLetterOptions options_;
  std::unique_ptr<Producer> producer_;  // empty after a failure: the next delivery begins with a new one
};

}  // namespace riposte
