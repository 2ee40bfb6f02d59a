#include <algorithm>

#include "engine/lifecycle/codec.h"
#include "engine/store/database.h"
#include "engine/store/keys.h"

namespace riposte {
namespace {

/// One answer holds this much, or one letter that is larger.
constexpr std::size_t kDeadLetterBytesMax = std::size_t{8} << 20;

}  // namespace

Result<std::uint64_t> ActionStore::last_audit_sequence(Partition partition) {
  const std::unique_ptr<rocksdb::Iterator> at(
      database_->db->NewIterator(rocksdb::ReadOptions(), database_->family(Family::audit)));
  const std::string prefix = keys::of_partition(partition);
  at->SeekForPrev(keys::of_audit(partition, UINT64_MAX));
  if (!at->status().ok()) return std::unexpected(error_of(at->status(), "reading the audit"));
  if (!at->Valid() || !at->key().starts_with(prefix)) return 0;
  return keys::read_be64(at->key().ToStringView().substr(prefix.size())).value_or(0);
}

Result<std::vector<Action>> ActionStore::open_actions(Partition partition) {
  std::vector<Action> actions;
  TRY(database_->scan(Family::open, keys::of_partition(partition),
                      [&](std::string_view, std::string_view value) -> Result<bool> {
                        actions.push_back(TRY(decode_action(value)));
                        return true;
                      }));
  return actions;
}

Result<std::vector<Cooldown>> ActionStore::cooldowns(Partition partition) {
  std::vector<Cooldown> cooldowns;
  TRY(database_->scan(Family::cooldown, keys::of_partition(partition),
                      [&](std::string_view, std::string_view value) -> Result<bool> {
                        cooldowns.push_back(TRY(decode_cooldown(value)));
                        return true;
                      }));
  return cooldowns;
}

Result<std::vector<Partition>> ActionStore::partitions() {
  std::vector<Partition> partitions{kManualPartition};
  TRY(database_->scan(Family::meta, std::string(keys::kStreamPrefix),
                      [&](std::string_view, std::string_view value) -> Result<bool> {
                        partitions.push_back(TRY(decode_position(value)).partition);
                        return true;
                      }));
  std::ranges::sort(partitions);
  return partitions;
}

Result<std::optional<Action>> ActionStore::find(const ActionId& id) {
  const auto partition = TRY(database_->get(Family::index, id.value()));
  if (!partition) return std::nullopt;
  for (const Family family : {Family::open, Family::closed})
    if (const auto bytes = TRY(database_->get(family, *partition + id.value())))
      return TRY(decode_action(*bytes));
  // Closed between the two looks.
  if (const auto bytes = TRY(database_->get(Family::closed, *partition + id.value())))
    return TRY(decode_action(*bytes));
  return fail(Errc::corrupt, "action " + id.value() + " is in the index, but not in the store");
}

Result<std::vector<Action>> ActionStore::list(const ActionQuery& query) {
  std::vector<Action> actions;
  const std::unique_ptr<rocksdb::Iterator> at(
      database_->db->NewIterator(rocksdb::ReadOptions(), database_->family(Family::recent)));
  constexpr std::size_t kTimeBytes = 8;
  for (at->SeekToLast(); at->Valid() && actions.size() < query.limit; at->Prev()) {
    const std::string_view key = at->key().ToStringView();
    if (key.size() <= kTimeBytes)
      return fail(Errc::corrupt, "a key of the list of recent actions is too short");
    const auto action = TRY(find(ActionId(std::string(key.substr(kTimeBytes)))));
    if (action && query.from && action->created_at < *query.from) break;  // so are all behind it
    if (action && asks_for(query, *action)) actions.push_back(*action);
  }
  if (!at->status().ok()) return std::unexpected(error_of(at->status(), "listing actions"));
  return actions;
}

Result<std::vector<AuditRecord>> ActionStore::audit(const AuditQuery& query) {
  return query.action.value().empty() ? audit_of_all(query) : audit_of_action(query);
}

Result<std::vector<AuditRecord>> ActionStore::audit_of_action(const AuditQuery& query) {
  std::vector<AuditRecord> records;
  const std::string& id = query.action.value();
  TRY(database_->scan(
      Family::audit_by_action, id, [&](std::string_view key, std::string_view) -> Result<bool> {
        const auto bytes = TRY(database_->get(Family::audit, std::string(key.substr(id.size()))));
        if (!bytes) return fail(Errc::corrupt, "an audit record of action " + id + " is missing");
        AuditRecord record = TRY(decode_audit(*bytes));
        if (includes(query.types, record.type)) records.push_back(std::move(record));
        return records.size() < query.limit;
      }));
  return records;
}

/// The newest of every partition, then the newest of those: partitions number their records independently.
Result<std::vector<AuditRecord>> ActionStore::audit_of_all(const AuditQuery& query) {
  std::vector<AuditRecord> records;
  const std::unique_ptr<rocksdb::Iterator> at(
      database_->db->NewIterator(rocksdb::ReadOptions(), database_->family(Family::audit)));
  for (const Partition partition : TRY(partitions())) {
    std::size_t taken = 0;
    const std::string prefix = keys::of_partition(partition);
    for (at->SeekForPrev(keys::of_audit(partition, UINT64_MAX));
         at->Valid() && taken < query.limit && at->key().starts_with(prefix); at->Prev()) {
      AuditRecord record = TRY(decode_audit(at->value().ToStringView()));
      if (!includes(query.types, record.type)) continue;
      records.push_back(std::move(record));
      ++taken;
    }
    if (!at->status().ok()) return std::unexpected(error_of(at->status(), "reading the audit"));
  }
  std::ranges::sort(records, {},
                    [](const AuditRecord& r) { return std::tuple(r.at, r.partition, r.sequence); });
  if (records.size() > query.limit)
    records.erase(records.begin(), records.end() - static_cast<std::ptrdiff_t>(query.limit));
  return records;
}

Result<std::vector<StoredDeadLetter>> ActionStore::dead_letters(std::size_t limit) {
  std::vector<StoredDeadLetter> letters;
  std::size_t bytes = 0;
  TRY(database_->scan(Family::outbox, "", [&](std::string_view key, std::string_view value) -> Result<bool> {
    letters.push_back({std::string(key), TRY(decode_dead_letter(value))});
    bytes += value.size();
    return letters.size() < limit && bytes < kDeadLetterBytesMax;
  }));
  return letters;
}

}  // namespace riposte
