/// What a replay has made, in memory: enough to know a detection that comes again. Nothing is stored.
///
/// Threads: one.
/// Limits:  about 200 bytes for every action of the history. It keeps no open actions: nothing of the past
///          is ever started.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/ports/records.h"

namespace riposte {

class ReplayRecords final : public Records {
 public:
  bool has(const ActionId& id) const { return digests_.contains(id); }

  Result<void> append(std::span<const Commit> commits) override;
  Result<Partition> partition_of(const StreamId& stream) override;
  Result<std::optional<Offset>> position(const StreamId& stream) override;
  Result<std::uint64_t> last_audit_sequence(Partition partition) override;
  Result<std::vector<Action>> open_actions(Partition partition) override;
  Result<std::vector<Cooldown>> cooldowns(Partition partition) override;
  Result<std::vector<Partition>> partitions() override;
  /// Says of it what a repetition is compared with: its id and the digest of its event.
  Result<std::optional<Action>> find(const ActionId& id) override;
  Result<std::vector<Action>> list(const ActionQuery& query) override;
  Result<std::vector<AuditRecord>> audit(const AuditQuery& query) override;
  Result<std::vector<StoredDeadLetter>> dead_letters(std::size_t limit) override;
  Result<void> acknowledge(std::span<const std::string> keys) override;
  Result<std::uint64_t> free_bytes() override;

 private:
  std::unordered_map<ActionId, std::string> digests_;
};

/// All streams of a history are decided on as one.
inline const Partition kReplayPartition{1};

}  // namespace riposte
