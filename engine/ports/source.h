/// Where input records come from: one interface for Kafka, files and standard input.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
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
using SourceEvent = std::variant<Assigned, Record, Revoked, Exhausted>;

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
