/// Records of the past: read once from one end to the other, and nothing is remembered of it anywhere.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "engine/base/clock.h"
#include "engine/ports/source.h"

namespace riposte {

struct PastRecord {
  Record record;
  std::optional<WallTime> written;  ///< when its place received it, where a place knows that
};

/// An end of a range; the first alternative: as far as there is something.
using HistoryBound = std::variant<std::monostate, Offset, WallTime>;

/// The part of a topic from `from` up to `to`, which is not in it. An offset means that of every partition.
struct HistoryRange {
  std::string topic;
  HistoryBound from;
  HistoryBound to;
};

/// Threads: one.
class History {
 public:
  using See = std::function<void(PastRecord)>;
  virtual ~History() = default;

  /// Gives every record to `see`, in order per stream; what is written after the beginning is not among them.
  /// Errors: unavailable, invalid; what came before has been seen.
  virtual Result<void> read(const See& see) = 0;

  /// How much there is to read, in a unit of its own; 0 when nobody knows.
  virtual std::uint64_t total() const = 0;
  /// How much of it has been read.
  virtual std::uint64_t done() const = 0;
};

}  // namespace riposte
