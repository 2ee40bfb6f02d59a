#include "connectors/kafka/position.h"

#include <utility>

#include <fmt/format.h>

namespace riposte::kafka {

namespace {

std::string went_back_in_time(const StreamId& stream, const KnownPositions& known) {
  const std::string stored = known.stored ? fmt::format("the stored position is {}", known.stored->value())
                                          : "no position is stored";
  return fmt::format("{}: {}, but the consumer group has already committed {}", stream.value(), stored,
                     known.committed->value());
}

std::string outside(const StreamId& stream, Offset position, Offset low, Offset high) {
  const std::string what = fmt::format("{}: position {} is not in the topic (low {}, high {})",
                                       stream.value(), position.value(), low.value(), high.value());
  if (position < low)
    return fmt::format("{}: up to {} records were deleted unread by retention", what,
                       low.value() - position.value());
  return fmt::format("{}: the topic was made anew or has lost records", what);
}

}  // namespace

Error lost_position(const StreamId& stream, Offset position, Offset low, Offset high) {
  return Error{
      Errc::corrupt,
      fmt::format(
          "{}; check the topic's retention and history, then set `accept_lost_position: true` for one "
          "start to go on at {}",
          outside(stream, position, low, high), low.value()),
      {}};
}

Result<Start> start_of(const StreamId& stream, const KnownPositions& known, bool accept_lost_position) {
  std::optional<Offset> position = known.stored;
  std::string warning;
  if (known.committed && (!position || *known.committed > *position)) {
    if (!accept_lost_position)
      return fail(
          Errc::corrupt,
          fmt::format(
              "{}: the data folder is older than the group's progress, is empty, or another instance "
              "with a store of its own reads in this group; restore the newest data folder, or give "
              "this instance a `group` of its own, or set `accept_lost_position: true` for one start to "
              "go on at {}",
              went_back_in_time(stream, known), known.committed->value()));
    warning = went_back_in_time(stream, known);
    position = known.committed;
  }
  if (!position) return Start{known.low, true, {}};
  if (*position >= known.low && *position <= known.high) return Start{*position, false, std::move(warning)};
  if (!accept_lost_position) return std::unexpected(lost_position(stream, *position, known.low, known.high));
  return Start{known.low, true, outside(stream, *position, known.low, known.high)};
}

StreamId stream_of(const std::string& topic, std::int32_t partition) {
  return StreamId(fmt::format("kafka:{}/{}", topic, partition));
}

}  // namespace riposte::kafka
