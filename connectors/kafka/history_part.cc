#include "connectors/kafka/history_part.h"

#include <algorithm>

namespace riposte::kafka {

namespace {

/// A moment after the newest record stands for the end.
std::int64_t offset_of(const HistoryBound& bound, std::int64_t otherwise, std::int64_t high,
                       std::optional<std::int64_t> first_since) {
  if (const auto* offset = std::get_if<Offset>(&bound)) return offset->value();
  if (std::holds_alternative<WallTime>(bound)) return first_since.value_or(high);
  return otherwise;
}

}  // namespace

HistoryPart part_of(const HistoryRange& range, const Watermarks& marks, const BoundOffsets& first_since) {
  const std::int64_t begin = offset_of(range.from, marks.low, marks.high, first_since.from);
  const std::int64_t end = offset_of(range.to, marks.high, marks.high, first_since.to);
  const std::int64_t first = std::clamp(begin, marks.low, marks.high);
  return {first, std::clamp(end, first, marks.high)};
}

}  // namespace riposte::kafka
