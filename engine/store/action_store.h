/// The durable lifecycle queue: actions, audit, positions and undelivered dead letters in one RocksDB.
///
/// Layout:  docs/formats.md; one key prefix per partition, one column family per kind of data.
/// Threads: append() from one thread at a time; everything else from any.
/// Errors:  of open(): unavailable (locked by another process, no permission), corrupt (damaged, from a newer
/// version, or it
///          knows fewer commits than were acknowledged). Of append(): see ports/records.h.
/// Owns:    the directory, exclusively, until destroyed.
/// Limits:  never repairs. A write that failed may or may not be there after the next open.
/// Source:  docs/decisions/003-rocksdb-never-drops.md
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "engine/ports/records.h"

namespace rocksdb {
class Env;
}

namespace riposte {

class ActionStore final : public Records {
 public:
  /// env: a test's faulty disk; null for the real one.
  static Result<std::unique_ptr<ActionStore>> open(const std::filesystem::path& directory,
                                                   rocksdb::Env* env = nullptr);
  ~ActionStore() override;

  /// Rises with every opening, and lies at the seconds since 1970 or above: what an earlier run ordered
  /// carries a smaller one, also where the directory was put back from a copy since.
  std::uint64_t epoch() const;

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

 private:
  struct Database;
  ActionStore(std::filesystem::path directory, std::unique_ptr<Database> database);
  Result<std::vector<AuditRecord>> audit_of_action(const AuditQuery& query);
  Result<std::vector<AuditRecord>> audit_of_all(const AuditQuery& query);

  std::filesystem::path directory_;
  std::mutex allocation_;  ///< of partition numbers
  std::unique_ptr<Database> database_;
};

}  // namespace riposte
