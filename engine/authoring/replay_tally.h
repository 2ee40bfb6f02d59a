/// What a rule set made of a history, counted.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/lifecycle/action.h"

namespace riposte {

/// Where a new action of the past ended up: nothing of it is carried out, so this is as far as it came.
enum class Fate : std::uint8_t {
  at_once,     ///< queued
  in_turn,     ///< begins when the action before it in its response has completed
  waits,       ///< for a person
  dry_run,     ///< recorded only
  defective,   ///< recorded as failed: the event lacks what it needs
  after_none,  ///< cancelled: the action before it in its response failed
};
Fate fate_of(const Action& action);

struct MadeCounts {
  std::uint64_t actions = 0;  ///< at once, in turn, or after a person's yes
  std::uint64_t waiting = 0;  ///< of the actions
  std::uint64_t dry_runs = 0;

  auto operator<=>(const MadeCounts&) const = default;
};

struct RuleCounts {
  std::string title;
  MadeCounts made;
  std::uint64_t matches = 0;
  std::uint64_t defective = 0;
  std::uint64_t after_none = 0;
  std::uint64_t swallowed = 0;      ///< by a cooldown
  std::uint64_t below_minimum = 0;  ///< less severe than minimum_severity
};

/// An hour of UTC and how many actions were made in it.
using BusyHour = std::pair<WallTime, std::uint64_t>;

struct ReplayTally {
  std::uint64_t matches = 0;
  std::uint64_t repeated = 0;  ///< detections whose actions were there already
  std::uint64_t late = 0;      ///< detections that came too late for the window of TimeOrder
  MadeCounts made;
  std::uint64_t in_turn = 0;
  std::map<Ground, std::uint64_t> waiting;  ///< by what makes them wait
  std::map<ActionType, MadeCounts> types;
  std::map<std::string, MadeCounts> hosts;
  std::map<RuleId, RuleCounts> rules;
  std::map<WallTime, std::uint64_t> hours;

  /// `at`: the time of its event.
  void add(const Action& action, WallTime at);
  /// Nothing when there was no action; of several, the first.
  std::optional<BusyHour> busiest() const;
  /// Of all the rules together.
  std::uint64_t total(std::uint64_t RuleCounts::* count) const;
};

}  // namespace riposte
