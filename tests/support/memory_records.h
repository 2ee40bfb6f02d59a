/// The commit point in memory, for the simulated world: obeys the contract of ports/records.h.
#pragma once

#include <map>
#include <mutex>

#include "engine/ports/records.h"

namespace riposte::test {

class MemoryRecords final : public Records {
 public:
  Result<void> append(std::span<const Commit> commits) override;
  Result<Partition> partition_of(const StreamId& stream) override;
  Result<std::optional<Offset>> position(const StreamId& stream) override;
  Result<std::uint64_t> last_audit_sequence(Partition partition) override;
  Result<std::vector<Action>> open_actions(Partition partition) override;
  Result<std::vector<Cooldown>> cooldowns(Partition partition) override;
  Result<std::vector<Partition>> partitions() override;
  Result<std::optional<Action>> find(const ActionId& id) override;
  Result<std::vector<Action>> list(const ActionQuery& query) override;
  Result<std::vector<AuditRecord>> audit(const AuditQuery& query) override;
  Result<std::vector<StoredDeadLetter>> dead_letters(std::size_t limit) override;
  Result<void> acknowledge(std::span<const std::string> keys) override;
  Result<std::uint64_t> free_bytes() override;

  /// The next appends fail as a full disk does, until it is called with false.
  void set_full(bool full);
  std::size_t appends() const;

 private:
  mutable std::mutex mutex_;
  std::map<ActionId, Action> actions_;
  std::map<StreamId, StreamPosition> positions_;
  std::vector<AuditRecord> audit_;
  std::map<std::string, DeadLetter> letters_;
  std::map<std::pair<Partition, std::string>, Cooldown> cooldowns_;
  bool full_ = false;
  std::size_t appends_ = 0;
};

}  // namespace riposte::test
