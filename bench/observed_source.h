/// A Kafka source that notes when its first record came, and when the last position of all became durable.
///
/// Threads: as Source; wait_for_the_end() from any.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>

#include "bench/bare_consumer.h"
#include "engine/ports/source.h"

namespace riposte::bench {

class ObservedSource final : public Source {
 public:
  /// The end is reached when positions that add up to `records` are durable.
  ObservedSource(Source& source, std::uint64_t records) : source_(source), expected_(records) {}

  /// Waits at most `limit`; throws std::runtime_error when the end does not come. What was read until then.
  Reading wait_for_the_end(std::chrono::milliseconds limit);

  Result<std::vector<SourceEvent>> poll(std::chrono::milliseconds timeout) override;
  void pause(const StreamId& stream) override;
  void resume(const StreamId& stream) override;
  void committed(const StreamId& stream, Offset next) override;

 private:
  void count(const std::vector<SourceEvent>& events);
  std::uint64_t durable() const;

  Source& source_;
  const std::uint64_t expected_;
  std::mutex mutex_;
  std::condition_variable moved_;
  Reading reading_;
  Steady::time_point begun_;
  Seconds cpu_begun_{};
  std::map<StreamId, Offset> positions_;
};

}  // namespace riposte::bench
