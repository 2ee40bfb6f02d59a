/// Where the reading of one partition begins, decided from what the store, the group and the broker know.
/// Pure.
///
/// The group's committed offset follows the store, so it is a second high-water mark: when it is ahead, the
/// store is an old one (a restored disk, an emptied folder, another instance's), and reading on would run
/// actions twice. With `accept_lost_position` the group's offset is believed instead; what no longer exists
/// is skipped, and said so.
#pragma once

#include <optional>
#include <string>

#include "engine/base/error.h"
#include "engine/base/ids.h"

namespace riposte::kafka {

/// Units: Kafka offsets, each the next record to read.
struct KnownPositions {
  std::optional<Offset> stored;     ///< ours, from the same write as the actions
  std::optional<Offset> committed;  ///< the group's
  Offset low;                       ///< oldest record that the broker has
  Offset high;                      ///< behind its newest
};

struct Start {
  Offset offset;
  bool from_beginning = false;  ///< follow the broker's oldest record should it move until the first fetch
  std::string warning;          ///< what was accepted; empty when nothing was lost
};

/// Errors:  corrupt, naming the stream, the offsets and what to do.
Result<Start> start_of(const StreamId& stream, const KnownPositions& known, bool accept_lost_position);

/// The stored or read position has left the stream while it was being read.
Error lost_position(const StreamId& stream, Offset position, Offset low, Offset high);

StreamId stream_of(const std::string& topic, std::int32_t partition);

}  // namespace riposte::kafka
