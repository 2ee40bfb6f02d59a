#include "engine/authoring/replay_tally.h"

#include <algorithm>

namespace riposte {
namespace {

void count(MadeCounts& counts, Fate fate) {
  if (fate == Fate::dry_run) {
    ++counts.dry_runs;
    return;
  }
  ++counts.actions;
  if (fate == Fate::waits) ++counts.waiting;
}

}  // namespace

Fate fate_of(const Action& action) {
  switch (action.state) {
    case State::pending_approval:
      return Fate::waits;
    case State::failed:
      return Fate::defective;
    case State::cancelled:
      return action.reason == Reason::dry_run ? Fate::dry_run : Fate::after_none;
    case State::queued:
    case State::executing:
    case State::completed:
      return action.held ? Fate::in_turn : Fate::at_once;
  }
  std::unreachable();
}

void ReplayTally::add(const Action& action, WallTime at) {
  const Fate fate = fate_of(action);
  RuleCounts& rule = rules[action.cause.rule];
  if (fate == Fate::defective) ++rule.defective;
  if (fate == Fate::after_none) ++rule.after_none;
  if (fate == Fate::defective || fate == Fate::after_none) return;
  for (MadeCounts* counts : {&made, &types[action.type], &hosts[action.host], &rule.made})
    count(*counts, fate);
  if (fate == Fate::in_turn) ++in_turn;
  if (fate == Fate::waits) ++waiting[action.ground];
  if (fate != Fate::dry_run) ++hours[std::chrono::floor<std::chrono::hours>(at)];
}

std::optional<BusyHour> ReplayTally::busiest() const {
  const auto most = std::ranges::max_element(hours, {}, [](const auto& hour) { return hour.second; });
  if (most == hours.end()) return {};
  return *most;
}

std::uint64_t ReplayTally::total(std::uint64_t RuleCounts::* count) const {
  std::uint64_t sum = 0;
  for (const auto& [id, rule] : rules) sum += rule.*count;
  return sum;
}

}  // namespace riposte
