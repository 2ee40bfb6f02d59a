#include "agent/ledger/holdings.h"

#include <algorithm>

namespace riposte::agent {
namespace {

std::string target_of(const order::ProcessTarget& process) {
  std::string target = std::to_string(process.pid);
  if (process.start) target += "@" + std::to_string(process.start->time_since_epoch().count());
  return target;
}

std::string target_of(const IpAddress& address) {
  std::string target(1, address.v6 ? '6' : '4');
  for (const std::uint8_t byte : address.bytes) target.push_back(static_cast<char>(byte));
  return target;
}

}  // namespace

Effect blocking(const IpAddress& address) { return {order::Verb::block_ip, target_of(address)}; }

std::optional<Effect> effect_of(const order::Order& order) {
  const order::Verb verb = order::verb_of(order.command);
  if (const auto* suspend = std::get_if<order::SuspendProcess>(&order.command))
    return Effect{verb, target_of(suspend->target)};
  if (const auto* block = std::get_if<order::BlockIp>(&order.command)) return blocking(block->address);
  if (verb == order::Verb::isolate_host) return kIsolation;
  if (verb == order::Verb::quarantine_file) return Effect{verb, order.action.value()};
  return {};
}

void Holdings::add(const ActionId& action, Hold hold) {
  remove(action);
  owners_.emplace(hold.effect, action);
  holds_.emplace(action, std::move(hold));
}

void Holdings::remove(const ActionId& action) {
  const auto found = holds_.find(action);
  if (found == holds_.end()) return;
  owners_.erase({found->second.effect, action});
  holds_.erase(found);
}

const Holdings::Hold* Holdings::find(const ActionId& action) const {
  const auto found = holds_.find(action);
  return found == holds_.end() ? nullptr : &found->second;
}

std::vector<ActionId> Holdings::owners_of(const Effect& effect) const {
  std::vector<ActionId> owners;
  for (auto owner = owners_.lower_bound({effect, ActionId()});
       owner != owners_.end() && owner->first == effect; ++owner)
    owners.push_back(owner->second);
  return owners;
}

std::vector<Effect> Holdings::ended_by(std::span<const ActionId> lifted) const {
  const std::set<ActionId> gone(lifted.begin(), lifted.end());
  std::set<Effect> touched;
  for (const ActionId& action : gone)
    if (const Hold* hold = find(action)) touched.insert(hold->effect);
  std::vector<Effect> ended;
  for (const Effect& effect : touched)
    if (std::ranges::all_of(owners_of(effect), [&](const ActionId& owner) { return gone.contains(owner); }))
      ended.push_back(effect);
  return ended;
}

std::vector<ActionId> Holdings::due(const Instant& now) const {
  std::vector<ActionId> over;
  for (const auto& [action, hold] : holds_)
    if (hold.until && has_passed(*hold.until, now)) over.push_back(action);
  return over;
}

std::optional<Instant> Holdings::end_of(const Effect& effect) const {
  std::optional<Instant> latest;
  for (const ActionId& owner : owners_of(effect)) {
    const auto& until = holds_.at(owner).until;
    if (!until) return {};
    latest = latest ? later_of(*latest, *until) : *until;
  }
  return latest;
}

}  // namespace riposte::agent
