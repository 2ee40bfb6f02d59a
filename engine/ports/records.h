/// The commit point and the local state, as the pipeline sees them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/lifecycle/commit.h"

namespace riposte {

/// Which actions to list; empty fields do not restrict. Newest first.
struct ActionQuery {
  std::optional<State> state;
  std::optional<ActionType> type;
  std::string rule;
  std::string host;
  bool open_only = false;
  bool undoable_only = false;  ///< what a person could have undone now
  std::size_t limit = 100;
  std::vector<ActionType> types{};            ///< empty: all; otherwise what the asking person may read
  std::optional<WallTime> from{};             ///< created then or later
  std::optional<WallTime> to{};               ///< created before
  std::function<bool(const Action&)> also{};  ///< and for which this says yes; empty: all
};

/// Which audit records to show: the newest `limit` of them, oldest first; of one action the first `limit`.
struct AuditQuery {
  ActionId action;  ///< empty: all
  std::size_t limit = 1000;
  std::vector<ActionType> types{};  ///< empty: all; otherwise what the asking person may read
};

/// All that the query says but its limit.
bool asks_for(const ActionQuery& query, const Action& action);

/// `types` empty, or this one among them.
bool includes(const std::vector<ActionType>& types, ActionType type);

struct StoredDeadLetter {
  std::string key;  ///< to acknowledge it with
  DeadLetter letter;
};

/// Threads: append() from one thread at a time; everything else from any.
/// Errors:  unavailable with `disk full` in append(): whether it was written is unknown; append the very same
/// commits again
///          when there is room. Any other error of append(): the outcome is unknown, stop and restart
///          (crash-only).
class Records {
 public:
  virtual ~Records() = default;

  /// Makes all of `commits` durable, in one write. When it returns, it is on disk.
  virtual Result<void> append(std::span<const Commit> commits) = 0;

  /// The partition number of a stream; a new one, durable, when it was never seen.
  virtual Result<Partition> partition_of(const StreamId& stream) = 0;
  virtual Result<std::optional<Offset>> position(const StreamId& stream) = 0;
  virtual Result<std::uint64_t> last_audit_sequence(Partition partition) = 0;
  virtual Result<std::vector<Action>> open_actions(Partition partition) = 0;
  /// Those that actions of this partition opened and that are not forgotten yet.
  virtual Result<std::vector<Cooldown>> cooldowns(Partition partition) = 0;
  virtual Result<std::vector<Partition>> partitions() = 0;

  virtual Result<std::optional<Action>> find(const ActionId& id) = 0;
  virtual Result<std::vector<Action>> list(const ActionQuery& query) = 0;
  virtual Result<std::vector<AuditRecord>> audit(const AuditQuery& query) = 0;

  /// Undelivered dead letters, at most `limit` and no more than fit into memory; empty when there is none.
  virtual Result<std::vector<StoredDeadLetter>> dead_letters(std::size_t limit) = 0;
  /// They are delivered: forget them.
  virtual Result<void> acknowledge(std::span<const std::string> keys) = 0;

  /// Room left on the disk, in bytes.
  virtual Result<std::uint64_t> free_bytes() = 0;
};

/// The position of a stream that has a partition number, but of which nothing was read.
inline const Offset kNeverRead{-1};

/// Partition of everything that people submit.
inline const Partition kManualPartition{0};

}  // namespace riposte
