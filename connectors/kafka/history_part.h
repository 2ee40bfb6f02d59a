/// The part of one partition that a history reads, decided from what its range and the broker say. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/ports/history.h"

namespace riposte::kafka {

/// Units: Kafka offsets. `low`: of the oldest record; `high`: behind the newest.
struct Watermarks {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

/// [begin, end); empty when both are the same.
struct HistoryPart {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// `first_since`: offset of the first record at or after the moment of a bound; empty when there is none.
struct BoundOffsets {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;
};

HistoryPart part_of(const HistoryRange& range, const Watermarks& marks, const BoundOffsets& first_since);

}  // namespace riposte::kafka
