#include "agent/ledger/ledger.h"

#include <algorithm>

namespace riposte::agent {
namespace {

/// How long a person's unblocking spares the address from rules; nothing when it does not.
std::optional<WallTime> spared_until(const Ledger::Known& known) {
  const auto* unblock = std::get_if<order::UnblockIp>(&known.started.order.command);
  if (unblock == nullptr || !known.started.order.by_person || !known.done ||
      !is_success(known.done->result.word))
    return {};
  return known.done->at + unblock->grace;
}

/// Two detections of one process may tell its start to the tick and to the second. Too short for its number
/// to come round again.
constexpr Duration kStartTolerance = std::chrono::milliseconds(1010);

bool same_process(const order::ProcessTarget& a, const order::ProcessTarget& b) {
  return a.pid == b.pid && (!a.start || !b.start || std::chrono::abs(*a.start - *b.start) <= kStartTolerance);
}

}  // namespace

bool may_have_had_effect(ResultWord word) { return is_success(word) || is_open(word); }

void Ledger::apply(const Entry& entry) {
  std::visit([this](const auto& kind) { take(kind); }, entry);
}

void Ledger::take(const Started& started) {
  see_time(started.order.issued_at);
  take(FenceRaised{started.order.fence.shard, started.order.fence.epoch});
  Known& known = known_[started.order.action];
  if (known.done) return;
  known.started = started;
  settle_hold(started.order.action, known);
}

void Ledger::take(const Done& done) {
  const auto found = known_.find(done.action);
  if (found == known_.end()) return;
  Known& known = found->second;
  if (known.done && !is_open(known.done->result.word)) return;
  known.acknowledged = false;
  known.done = done;
  known.done->lifted.clear();  // it stands with those that were lifted
  settle_hold(done.action, known);
  spare(known);
  for (const ActionId& lifted : done.lifted) release(lifted, done.at);
}

void Ledger::take(const Released& released) { release(released.action, released.at); }

void Ledger::take(const Cancelled& cancelled) {
  see_time(cancelled.issued_at);
  Disowned& disowned = disowned_[cancelled.action];
  disowned.attempts = std::max(disowned.attempts, cancelled.attempts);
  disowned.issued_at = std::max(disowned.issued_at, cancelled.issued_at);
  const auto found = known_.find(cancelled.action);
  if (found == known_.end() || found->second.done || found->second.started.order.attempt > cancelled.attempts)
    return;
  holdings_.remove(cancelled.action);
  known_.erase(found);
}

void Ledger::take(const Acknowledged& acknowledged) {
  see_time(acknowledged.issued_at);
  const auto found = known_.find(acknowledged.action);
  if (found != known_.end() && found->second.done) found->second.acknowledged = true;
}

void Ledger::take(const FenceRaised& raised) {
  std::uint64_t& epoch = epochs_[raised.shard];
  epoch = std::max(epoch, raised.epoch);
}

void Ledger::take(const TimeMark& mark) { see_time(mark.engine_time); }

void Ledger::release(const ActionId& action, WallTime at) {
  const auto found = known_.find(action);
  if (found == known_.end() || found->second.released_at) return;
  found->second.released_at = at;
  settle_hold(action, found->second);
}

/// From the start on, not from the end: a crash between effect and record leaves a hold, never an effect that
/// nobody owns.
void Ledger::settle_hold(const ActionId& action, const Known& known) {
  const auto effect = effect_of(known.started.order);
  const bool held =
      effect && !known.released_at && (!known.done || may_have_had_effect(known.done->result.word));
  if (held)
    holdings_.add(action, {*effect, known.started.undo_due});
  else
    holdings_.remove(action);
}

void Ledger::spare(const Known& known) {
  const auto until = spared_until(known);
  if (!until) return;
  WallTime& spared = spared_until_[blocking(std::get<order::UnblockIp>(known.started.order.command).address)];
  spared = std::max(spared, *until);
}

const Ledger::Known* Ledger::find(const ActionId& action) const {
  const auto found = known_.find(action);
  return found == known_.end() ? nullptr : &found->second;
}

bool Ledger::is_disowned(const ActionId& action, std::uint32_t attempt) const {
  const auto found = disowned_.find(action);
  return found != disowned_.end() && attempt <= found->second.attempts;
}

bool Ledger::holds_for(const Holdings::Hold& hold, const ActionId& action,
                       const order::ResumeProcess& resume) const {
  if (hold.effect.made_by != order::Verb::suspend_process) return false;
  const auto& suspend = std::get<order::SuspendProcess>(known_.at(action).started.order.command);
  return same_process(suspend.target, resume.target);
}

std::vector<ActionId> Ledger::lifted_by(const order::Order& order) const {
  std::vector<ActionId> lifted;
  if (const auto* restore = std::get_if<order::RestoreFile>(&order.command)) {
    const ActionId quarantine(restore->vault_id);
    const Holdings::Hold* hold = holdings_.find(quarantine);
    if (hold != nullptr && hold->effect.made_by == order::Verb::quarantine_file) lifted.push_back(quarantine);
    return lifted;
  }
  if (const auto* resume = std::get_if<order::ResumeProcess>(&order.command)) {
    for (const auto& [action, hold] : holdings_.all())
      if (holds_for(hold, action, *resume)) lifted.push_back(action);
  } else if (const auto* unblock = std::get_if<order::UnblockIp>(&order.command)) {
    lifted = holdings_.owners_of(blocking(unblock->address));
  } else if (std::holds_alternative<order::UnisolateHost>(order.command)) {
    lifted = holdings_.owners_of(kIsolation);
  }
  if (!order.releases.empty())
    std::erase_if(lifted, [&](const ActionId& action) { return action.value() != order.releases; });
  return lifted;
}

bool Ledger::is_spared(const IpAddress& address, WallTime now) const {
  const auto found = spared_until_.find(blocking(address));
  return found != spared_until_.end() && now < found->second;
}

std::uint64_t Ledger::epoch_of(std::uint32_t shard) const {
  const auto found = epochs_.find(shard);
  return found == epochs_.end() ? 0 : found->second;
}

bool Ledger::has_place_for(std::uint32_t shard) const {
  return epochs_.contains(shard) || epochs_.size() < kShardsMax;
}

bool Ledger::is_over(const Known& known) const {
  if (!known.done || !known.acknowledged || holdings_.find(known.started.order.action) != nullptr)
    return false;
  if (engine_time_ < known.started.order.expires_at) return false;
  const auto spared = spared_until(known);
  return !spared || engine_time_ >= *spared;
}

std::size_t Ledger::forget() {
  // What was ordered before the cancellation can be valid no longer than any order is.
  std::size_t forgotten = std::erase_if(disowned_, [this](const auto& row) {
    return engine_time_ >= row.second.issued_at + order::kOrderLifeMax;
  });
  forgotten += std::erase_if(known_, [this](const auto& row) { return is_over(row.second); });
  std::erase_if(spared_until_, [this](const auto& row) { return engine_time_ >= row.second; });
  return forgotten;
}

std::vector<Entry> Ledger::snapshot() const {
  std::vector<Entry> entries{TimeMark{engine_time_}};
  for (const auto& [shard, epoch] : epochs_) entries.emplace_back(FenceRaised{shard, epoch});
  for (const auto& [action, disowned] : disowned_)
    entries.emplace_back(Cancelled{action, disowned.attempts, disowned.issued_at});
  for (const auto& [action, known] : known_) {
    entries.emplace_back(known.started);
    if (known.released_at) entries.emplace_back(Released{action, *known.released_at});
    if (known.done) entries.emplace_back(*known.done);
    if (known.acknowledged) entries.emplace_back(Acknowledged{action, known.started.order.issued_at});
  }
  return entries;
}

}  // namespace riposte::agent
