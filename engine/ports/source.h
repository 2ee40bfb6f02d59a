/// Where input records come from: one interface for Kafka, files and standard input.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/ids.h"

namespace riposte {

/// One record as received. The bytes are not looked at.
struct Record {
  StreamId stream;
  Offset offset;
  Offset next;            ///< position behind it
  std::string bytes;      ///< empty when `oversize` is set and the source could not hold it
  bool oversize = false;  ///< larger than the configured limit of one event
};
/// The same, borrowed.
struct RecordView {
  const StreamId& stream;
  Offset offset;
  Offset next;
  std::string_view bytes;
  bool oversize = false;
};
inline RecordView view_of(const Record& record) {
  return {record.stream, record.offset, record.next, record.bytes, record.oversize};
}

/// Whatever must live as long as the bytes of a record: the source's own memory, so that nothing is copied.
using BytesOwner = std::unique_ptr<void, void (*)(void*)>;

/// Records of one stream, in order.
///
/// Limits:  gone before the source that made it.
class RecordRun {
 public:
  explicit RecordRun(StreamId stream) : stream_(std::move(stream)) {}
  ~RecordRun() = default;
  RecordRun(RecordRun&&) noexcept = default;
  RecordRun& operator=(RecordRun&&) noexcept = default;
  RecordRun(const RecordRun&) = delete;
  RecordRun& operator=(const RecordRun&) = delete;

  void add(const RecordView& record, BytesOwner owner) {
    bytes_ += record.bytes.size();
    records_.push_back({record.offset, record.next, record.bytes, record.oversize, std::move(owner)});
  }

  const StreamId& stream() const { return stream_; }
  std::size_t size() const { return records_.size(); }
  /// Of all records.
  std::size_t bytes() const { return bytes_; }
  RecordView operator[](std::size_t index) const {
    const Owned& record = records_[index];
    return {stream_, record.offset, record.next, record.bytes, record.oversize};
  }

 private:
  struct Owned {
    Offset offset;
    Offset next;
    std::string_view bytes;
    bool oversize;
    BytesOwner owner;
  };
  StreamId stream_;
  std::vector<Owned> records_;
  std::size_t bytes_ = 0;
};
/// From now on records of this stream come, the first at `start`.
struct Assigned {
  StreamId stream;
  Offset start;
};
/// No more records of this stream come; another instance may own it now.
struct Revoked {
  StreamId stream;
};
/// The stream is finite and everything has been read.
struct Exhausted {
  StreamId stream;
};
using SourceEvent = std::variant<Assigned, RecordRun, Revoked, Exhausted>;

/// Puts a record behind what has come: into the run at the end, if that is its stream's.
inline void add_record(std::vector<SourceEvent>& events, const RecordView& record, BytesOwner owner) {
  auto* run = events.empty() ? nullptr : std::get_if<RecordRun>(&events.back());
  if (run == nullptr || run->stream() != record.stream)
    run = &std::get<RecordRun>(events.emplace_back(RecordRun(record.stream)));
  run->add(record, std::move(owner));
}

/// The same, with bytes of its own.
inline void add_record(std::vector<SourceEvent>& events, Record record) {
  auto bytes = std::make_unique<std::string>(std::move(record.bytes));
  const RecordView view{record.stream, record.offset, record.next, *bytes, record.oversize};
  add_record(events, view,
             BytesOwner(bytes.release(), [](void* owned) { delete static_cast<std::string*>(owned); }));
}

/// Where to start a stream: the stored position, or nothing for a stream never read before.
using PositionLookup = std::function<Result<std::optional<Offset>>(const StreamId&)>;

/// Threads: every call from one thread (the intake), but for committed(), which may come from any.
/// Errors:  unavailable (try again), invalid (cannot ever work: wrong topic, credentials), corrupt (the
/// stored position
///          no longer exists in the stream: records were lost or replaced; a person decides).
class Source {
 public:
  virtual ~Source() = default;
  /// What has come, in order per stream; waits at most `timeout` for the first. An empty list is normal.
  virtual Result<std::vector<SourceEvent>> poll(std::chrono::milliseconds timeout) = 0;
  /// Stops and resumes the records of one stream; group membership stays alive through poll().
  virtual void pause(const StreamId& stream) = 0;
  virtual void resume(const StreamId& stream) = 0;
  /// Everything before `next` is durable here. Only for tools that show lag; never the truth.
  virtual void committed(const StreamId& stream, Offset next) = 0;
};

}  // namespace riposte
