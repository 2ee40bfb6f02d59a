#include "bench/observed_source.h"

#include <stdexcept>
#include <string>

namespace riposte::bench {

Reading ObservedSource::wait_for_the_end(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  if (!moved_.wait_for(lock, limit, [this] { return durable() >= expected_; }))
    throw std::runtime_error("only " + std::to_string(durable()) + " of " + std::to_string(expected_) +
                             " records were dealt with in time");
  return reading_;
}

Result<std::vector<SourceEvent>> ObservedSource::poll(std::chrono::milliseconds timeout) {
  auto events = source_.poll(timeout);
  if (events && !events->empty()) count(*events);
  return events;
}

void ObservedSource::pause(const StreamId& stream) { source_.pause(stream); }
void ObservedSource::resume(const StreamId& stream) { source_.resume(stream); }

void ObservedSource::committed(const StreamId& stream, Offset next) {
  source_.committed(stream, next);
  const std::scoped_lock lock(mutex_);
  positions_[stream] = next;
  if (durable() < expected_) return;
  reading_.time = Steady::now() - begun_;
  reading_.cpu = cpu_time() - cpu_begun_;
  moved_.notify_all();
}

void ObservedSource::count(const std::vector<SourceEvent>& events) {
  const std::scoped_lock lock(mutex_);
  for (const SourceEvent& event : events) {
    const auto* run = std::get_if<RecordRun>(&event);
    if (run == nullptr) continue;
    if (reading_.records == 0) {
      begun_ = Steady::now();
      cpu_begun_ = cpu_time();
    }
    reading_.records += run->size();
    reading_.bytes += run->bytes();
  }
}

std::uint64_t ObservedSource::durable() const {
  std::uint64_t records = 0;
  for (const auto& [stream, next] : positions_) records += static_cast<std::uint64_t>(next.value());
  return records;
}

}  // namespace riposte::bench
