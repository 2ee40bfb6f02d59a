#include "tests/support/fake_source.h"

#include <utility>

namespace riposte::test {

FakeSource::FakeSource(FakeStreams& streams, PositionLookup lookup, std::size_t event_bytes_max,
                       std::size_t batch_records_max)
    : streams_(streams),
      lookup_(std::move(lookup)),
      event_bytes_max_(event_bytes_max),
      batch_records_max_(batch_records_max) {}

void FakeSource::assign(const StreamId& stream) { wanted_.push_back(stream); }

void FakeSource::revoke(const StreamId& stream) {
  if (reading_.erase(stream) > 0) pending_.emplace_back(Revoked{stream});
}

void FakeSource::finish(const StreamId& stream) { reading_.at(stream).finite = true; }

bool FakeSource::paused(const StreamId& stream) const {
  const auto reading = reading_.find(stream);
  return reading != reading_.end() && reading->second.paused;
}

std::map<StreamId, Offset> FakeSource::committed_positions() const {
  const std::scoped_lock lock(mutex_);
  return committed_;
}

Result<std::vector<SourceEvent>> FakeSource::poll(std::chrono::milliseconds) {
  if (failure_) return std::unexpected(*std::exchange(failure_, {}));
  // As with Kafka: a stream starts only when the caller has seen what was revoked before.
  if (!pending_.empty()) return std::exchange(pending_, {});
  TRY(start_wanted());
  read(pending_);
  return std::exchange(pending_, {});
}

Result<void> FakeSource::start_wanted() {
  while (!wanted_.empty()) {
    const auto stored = TRY(lookup_(wanted_.front()));
    const Offset start = stored.value_or(Offset(0));
    if (start.value() > static_cast<std::int64_t>(streams_.size_of(wanted_.front())))
      return fail(Errc::corrupt, wanted_.front().value() + ": the stored position is not in the stream");
    reading_[wanted_.front()] = Reading{static_cast<std::size_t>(start.value())};
    pending_.emplace_back(Assigned{wanted_.front(), start});
    wanted_.pop_front();
  }
  return {};
}

void FakeSource::read(std::vector<SourceEvent>& batch) {
  std::vector<StreamId> ended;
  std::size_t records = 0;
  for (auto& [stream, reading] : reading_) {
    const std::size_t count = streams_.size_of(stream);
    while (!reading.paused && reading.next < count && records < batch_records_max_) {
      const std::string& bytes = streams_.record(stream, reading.next);
      const auto offset = static_cast<std::int64_t>(reading.next++);
      add_record(batch,
                 Record{stream, Offset(offset), Offset(offset + 1), bytes, bytes.size() > event_bytes_max_});
      ++records;
    }
    if (reading.finite && !reading.paused && reading.next == count) ended.push_back(stream);
  }
  for (const StreamId& stream : ended) {
    reading_.erase(stream);
    batch.emplace_back(Exhausted{stream});
  }
}

void FakeSource::pause(const StreamId& stream) {
  if (const auto reading = reading_.find(stream); reading != reading_.end()) reading->second.paused = true;
}

void FakeSource::resume(const StreamId& stream) {
  if (const auto reading = reading_.find(stream); reading != reading_.end()) reading->second.paused = false;
}

void FakeSource::committed(const StreamId& stream, Offset next) {
  const std::scoped_lock lock(mutex_);
  committed_[stream] = next;
}

}  // namespace riposte::test
