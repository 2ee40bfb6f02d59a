/// A source in memory, under a test's control. Passes the same contract as the real ones.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/ports/source.h"

namespace riposte::test {

/// What stands in the streams: it outlives the sources that read it, as a broker or a disk does. Offset =
/// index.
///
/// Threads: any; a record stays where it is while others are appended.
class FakeStreams {
 public:
  void append(const StreamId& stream, std::string bytes) {
    const std::scoped_lock lock(mutex_);
    records_[stream].push_back(std::move(bytes));
  }
  std::size_t size_of(const StreamId& stream) {
    const std::scoped_lock lock(mutex_);
    return records_[stream].size();
  }
  const std::string& record(const StreamId& stream, std::size_t index) {
    const std::scoped_lock lock(mutex_);
    return records_[stream][index];
  }

 private:
  std::mutex mutex_;
  std::map<StreamId, std::deque<std::string>> records_;
};

/// Threads: as Source; the controls from the thread that polls.
/// Limits:  poll() never waits. A revoked stream may be assigned again, and starts at its stored position
/// then.
class FakeSource final : public Source {
 public:
  FakeSource(FakeStreams& streams, PositionLookup lookup, std::size_t event_bytes_max = std::size_t{1} << 20,
             std::size_t batch_records_max = 1000);

  void assign(const StreamId& stream);
  void revoke(const StreamId& stream);
  /// Gives Exhausted once all that is in the stream has been read.
  void finish(const StreamId& stream);
  /// The next poll() fails so.
  void fail_next(Error error) { failure_ = std::move(error); }
  bool paused(const StreamId& stream) const;
  /// What committed() was told, by stream.
  std::map<StreamId, Offset> committed_positions() const;

  Result<std::vector<SourceEvent>> poll(std::chrono::milliseconds timeout) override;
  void pause(const StreamId& stream) override;
  void resume(const StreamId& stream) override;
  void committed(const StreamId& stream, Offset next) override;

 private:
  struct Reading {
    std::size_t next = 0;
    bool paused = false;
    bool finite = false;
  };
  Result<void> start_wanted();
  void read(std::vector<SourceEvent>& batch);

  FakeStreams& streams_;
  const PositionLookup lookup_;
  const std::size_t event_bytes_max_;
  const std::size_t batch_records_max_;
  std::deque<StreamId> wanted_;
  std::map<StreamId, Reading> reading_;
  std::vector<SourceEvent> pending_;
  std::optional<Error> failure_;
  mutable std::mutex mutex_;  // guards committed_
  std::map<StreamId, Offset> committed_;
};

}  // namespace riposte::test
