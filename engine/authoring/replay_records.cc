#include "engine/authoring/replay_records.h"

#include <limits>

namespace riposte {

Result<void> ReplayRecords::append(std::span<const Commit> commits) {
  for (const Commit& commit : commits)
    for (const Action& action : commit.rows) digests_.try_emplace(action.id, action.cause.event_digest);
  return {};
}

Result<std::optional<Action>> ReplayRecords::find(const ActionId& id) {
  const auto found = digests_.find(id);
  if (found == digests_.end()) return std::nullopt;
  Action action;
  action.id = id;
  action.partition = kReplayPartition;
  action.cause.event_digest = found->second;
  return action;
}

Result<Partition> ReplayRecords::partition_of(const StreamId&) { return kReplayPartition; }
Result<std::optional<Offset>> ReplayRecords::position(const StreamId&) { return std::nullopt; }
Result<std::uint64_t> ReplayRecords::last_audit_sequence(Partition) { return std::uint64_t{0}; }
Result<std::vector<Action>> ReplayRecords::open_actions(Partition) { return std::vector<Action>(); }
Result<std::vector<Cooldown>> ReplayRecords::cooldowns(Partition) { return std::vector<Cooldown>(); }
Result<std::vector<Partition>> ReplayRecords::partitions() { return std::vector{kReplayPartition}; }
Result<std::vector<Action>> ReplayRecords::list(const ActionQuery&) { return std::vector<Action>(); }
Result<std::vector<AuditRecord>> ReplayRecords::audit(const AuditQuery&) {
  return std::vector<AuditRecord>();
}
Result<std::vector<StoredDeadLetter>> ReplayRecords::dead_letters(std::size_t) {
  return std::vector<StoredDeadLetter>();
}
Result<void> ReplayRecords::acknowledge(std::span<const std::string>) { return {}; }
Result<std::uint64_t> ReplayRecords::free_bytes() { return std::numeric_limits<std::uint64_t>::max(); }

}  // namespace riposte
