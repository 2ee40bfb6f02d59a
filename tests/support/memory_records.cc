#include "tests/support/memory_records.h"

#include <algorithm>

namespace riposte::test {

Result<void> MemoryRecords::append(std::span<const Commit> commits) {
  std::scoped_lock lock(mutex_);
  if (full_) return fail(Errc::unavailable, "the disk is full");
  ++appends_;
  for (const Commit& commit : commits) {
    for (const Action& action : commit.rows) actions_[action.id] = action;
    for (const AuditRecord& record : commit.audit) audit_.push_back(record);
    for (const DeadLetter& letter : commit.dead_letters)
      letters_[letter.stream.value() + "@" + std::to_string(letter.offset.value())] = letter;
    for (const std::string& key : commit.cooldowns_over) cooldowns_.erase({commit.partition, key});
    for (const Cooldown& cooldown : commit.cooldowns) cooldowns_[{commit.partition, cooldown.key}] = cooldown;
    if (commit.position) positions_[commit.position->stream] = *commit.position;
  }
  return {};
}

Result<Partition> MemoryRecords::partition_of(const StreamId& stream) {
  std::scoped_lock lock(mutex_);
  const Partition next(static_cast<std::int32_t>(positions_.size()) + 1);
  return positions_.try_emplace(stream, StreamPosition{stream, next, kNeverRead}).first->second.partition;
}

Result<std::optional<Offset>> MemoryRecords::position(const StreamId& stream) {
  std::scoped_lock lock(mutex_);
  const auto found = positions_.find(stream);
  if (found == positions_.end() || found->second.next == kNeverRead) return std::nullopt;
  return found->second.next;
}

Result<std::uint64_t> MemoryRecords::last_audit_sequence(Partition partition) {
  std::scoped_lock lock(mutex_);
  std::uint64_t last = 0;
  for (const AuditRecord& record : audit_)
    if (record.partition == partition) last = std::max(last, record.sequence);
  return last;
}

Result<std::vector<Action>> MemoryRecords::open_actions(Partition partition) {
  std::scoped_lock lock(mutex_);
  std::vector<Action> open;
  for (const auto& [id, action] : actions_)
    if (action.partition == partition && !is_closed(action)) open.push_back(action);
  return open;
}

Result<std::vector<Cooldown>> MemoryRecords::cooldowns(Partition partition) {
  std::scoped_lock lock(mutex_);
  std::vector<Cooldown> found;
  for (const auto& [place, cooldown] : cooldowns_)
    if (place.first == partition) found.push_back(cooldown);
  return found;
}

Result<std::vector<Partition>> MemoryRecords::partitions() {
  std::scoped_lock lock(mutex_);
  std::vector<Partition> partitions{kManualPartition};
  for (const auto& [stream, position] : positions_) partitions.push_back(position.partition);
  std::ranges::sort(partitions);
  return partitions;
}

Result<std::optional<Action>> MemoryRecords::find(const ActionId& id) {
  std::scoped_lock lock(mutex_);
  const auto found = actions_.find(id);
  return found == actions_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<Action>> MemoryRecords::list(const ActionQuery& query) {
  std::scoped_lock lock(mutex_);
  std::vector<Action> actions;
  for (const auto& [id, action] : actions_)
    if (asks_for(query, action)) actions.push_back(action);
  std::ranges::sort(actions, std::greater(),
                    [](const Action& action) { return std::pair(action.created_at, action.id); });
  if (actions.size() > query.limit)
    actions.erase(actions.begin() + static_cast<std::ptrdiff_t>(query.limit), actions.end());
  return actions;
}

Result<std::vector<AuditRecord>> MemoryRecords::audit(const AuditQuery& query) {
  std::scoped_lock lock(mutex_);
  std::vector<AuditRecord> records;
  for (const AuditRecord& record : audit_)
    if ((query.action.value().empty() || record.action == query.action) && includes(query.types, record.type))
      records.push_back(record);
  std::ranges::sort(records, {},
                    [](const AuditRecord& r) { return std::tuple(r.at, r.partition, r.sequence); });
  if (records.size() > query.limit)
    records.erase(records.begin(), records.end() - static_cast<std::ptrdiff_t>(query.limit));
  return records;
}

Result<std::vector<StoredDeadLetter>> MemoryRecords::dead_letters(std::size_t limit) {
  std::scoped_lock lock(mutex_);
  std::vector<StoredDeadLetter> letters;
  for (const auto& [key, letter] : letters_)
    if (letters.size() < limit) letters.push_back({key, letter});
  return letters;
}

Result<void> MemoryRecords::acknowledge(std::span<const std::string> keys) {
  std::scoped_lock lock(mutex_);
  for (const std::string& key : keys) letters_.erase(key);
  return {};
}

Result<std::uint64_t> MemoryRecords::free_bytes() { return std::uint64_t{1} << 40; }

void MemoryRecords::set_full(bool full) {
  std::scoped_lock lock(mutex_);
  full_ = full;
}

std::size_t MemoryRecords::appends() const {
  std::scoped_lock lock(mutex_);
  return appends_;
}

}  // namespace riposte::test
