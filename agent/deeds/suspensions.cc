#include "agent/deeds/suspensions.h"

#include <algorithm>

namespace riposte::agent {
namespace {

void add_members(std::vector<Member>& family, const std::string& text) {
  for (const Member& member : members_in(text))
    if (std::ranges::find(family, member) == family.end()) family.push_back(member);
}

}  // namespace

std::optional<Suspended> suspended_by(const Ledger::Known& suspension) {
  const auto* order = std::get_if<order::SuspendProcess>(&suspension.started.order.command);
  const Facts plan = decode_plan(suspension.started.plan);
  const auto process = members_in(fact_of(plan, "pid") + "@" + fact_of(plan, "start_ticks"));
  if (order == nullptr || process.empty()) return {};
  Suspended suspended{.process = process.front(),
                      .boot_id = fact_of(plan, "boot_id"),
                      .was_stopped = !fact_of(plan, "was_stopped").empty(),
                      .tree = order->tree,
                      .family = {}};
  add_members(suspended.family, fact_of(plan, "family"));
  if (suspension.done) add_members(suspended.family, fact_of(suspension.done->result.evidence, "family"));
  return suspended;
}

std::vector<ActionId> holders_of(const Member& process, const std::string& boot_id, const Ledger& ledger) {
  std::vector<ActionId> holders;
  for (const auto& [action, hold] : ledger.holdings().all()) {
    if (hold.effect.made_by != order::Verb::suspend_process) continue;
    const Ledger::Known* known = ledger.find(action);
    const auto suspended = known == nullptr ? std::nullopt : suspended_by(*known);
    if (suspended && suspended->process == process && suspended->boot_id == boot_id)
      holders.push_back(action);
  }
  return holders;
}

std::vector<ActionId> staying(std::vector<ActionId> holders, std::span<const ActionId> lifted) {
  std::erase_if(holders,
                [&](const ActionId& action) { return std::ranges::find(lifted, action) != lifted.end(); });
  return holders;
}

std::string names_of(std::span<const ActionId> actions) {
  std::string names;
  for (const ActionId& action : actions) names += (names.empty() ? "" : " ") + action.value();
  return names;
}

}  // namespace riposte::agent
