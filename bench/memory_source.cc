#include "bench/memory_source.h"

#include <utility>

namespace riposte::bench {
namespace {

const StreamId kMemoryStream{"memory:detections/0"};

}  // namespace

MemorySource::MemorySource() { waiting_.emplace_back(Assigned{kMemoryStream, Offset(0)}); }

void MemorySource::hand_over(std::string bytes) {
  const std::scoped_lock lock(mutex_);
  const Offset offset(next_++);
  add_record(waiting_, {kMemoryStream, offset, Offset(next_), std::move(bytes)});
  filled_.notify_one();
}

Result<std::vector<SourceEvent>> MemorySource::poll(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return !paused_ && !waiting_.empty(); };
  if (!filled_.wait_for(lock, timeout, ready)) return std::vector<SourceEvent>();
  return std::exchange(waiting_, {});
}

void MemorySource::pause(const StreamId&) {
  const std::scoped_lock lock(mutex_);
  paused_ = true;
}

void MemorySource::resume(const StreamId&) {
  const std::scoped_lock lock(mutex_);
  paused_ = false;
  filled_.notify_one();
}

void MemorySource::committed(const StreamId&, Offset) {}

}  // namespace riposte::bench
