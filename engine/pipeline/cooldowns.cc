#include "engine/pipeline/cooldowns.h"

namespace riposte {

Cooldowns::Answer Cooldowns::ask(const Cooldown& wanted, WallTime now) {
  const std::scoped_lock lock(mutex_);
  const auto running = running_.find(wanted.key);
  if (running != running_.end() && swallows(running->second, wanted.opener, now)) {
    ++ledgers_[running->second.partition].swallowed[running->second.opener];
    return Answer::swallowed;
  }
  if (running == running_.end() && running_.size() >= kCooldownsMax) return Answer::full;
  open(wanted);
  return Answer::opened;
}

void Cooldowns::restore(std::span<const Cooldown> stored) {
  const std::scoped_lock lock(mutex_);
  for (const Cooldown& cooldown : stored) {
    const auto running = running_.find(cooldown.key);
    // Another partition opened it anew when this one was over: only the row is left to be forgotten.
    if (running != running_.end() && running->second.until >= cooldown.until)
      ledgers_[cooldown.partition].ends.emplace(cooldown.until, cooldown.key);
    else
      open(cooldown);
  }
}

void Cooldowns::open(const Cooldown& cooldown) {
  const auto [place, fresh] = running_.try_emplace(cooldown.key, cooldown);
  // A row of the same partition is overwritten; one of another partition stays that one's to forget.
  if (!fresh && place->second.partition == cooldown.partition)
    ledgers_[cooldown.partition].ends.erase({place->second.until, cooldown.key});
  place->second = cooldown;
  ledgers_[cooldown.partition].ends.emplace(cooldown.until, cooldown.key);
}

Cooldowns::News Cooldowns::take_news(Partition partition, WallTime now, bool flush) {
  const std::scoped_lock lock(mutex_);
  News news;
  const auto found = ledgers_.find(partition);
  if (found == ledgers_.end()) return news;
  Ledger& ledger = found->second;
  while (!ledger.ends.empty() && ledger.ends.begin()->first <= now) {
    const auto [until, key] = *ledger.ends.begin();
    ledger.ends.erase(ledger.ends.begin());
    const auto running = running_.find(key);
    if (running != running_.end() && running->second.partition == partition && running->second.until == until)
      running_.erase(running);
    news.over.push_back(key);
  }
  if (!flush && news.over.empty() && now - ledger.told_at < kSwallowedLag) return news;
  ledger.told_at = now;
  news.swallowed = std::exchange(ledger.swallowed, {});
  return news;
}

void Cooldowns::give_back(Partition partition, const std::map<ActionId, std::uint64_t>& swallowed) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [opener, count] : swallowed) ledgers_[partition].swallowed[opener] += count;
}

}  // namespace riposte
