/// What two rule sets make differently of the same history.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/lifecycle/action.h"

namespace riposte {

/// Of two sets: the one that is compared with the other, and that other.
enum class Side : std::uint8_t { before, after };

/// What tells one action from another here: ids of the past say nothing about what was done.
struct ActionKey {
  RuleId rule;
  ActionType type;
  std::string host;
  std::string target;

  auto operator<=>(const ActionKey&) const = default;
};

struct BothCounts {
  std::uint64_t before = 0;
  std::uint64_t after = 0;

  std::uint64_t fewer() const { return before > after ? before - after : 0; }
  std::uint64_t more() const { return after > before ? after - before : 0; }
  std::uint64_t same() const { return before < after ? before : after; }
};

/// Of one rule: what only one of the sets has.
struct RuleDifference {
  BothCounts matches;  ///< events
  BothCounts actions;
};

class ReplayDifference {
 public:
  /// The rules of each set that match one event.
  void note_matches(std::vector<RuleId> before, std::vector<RuleId> after);
  /// A dry run or a defective order is no action.
  void note_action(Side side, const Action& action);

  const std::map<ActionKey, BothCounts>& actions() const { return actions_; }
  /// Those that differ in anything.
  std::map<RuleId, RuleDifference> rules() const;
  /// more, fewer and the same of all actions
  struct Sum {
    std::uint64_t more = 0;
    std::uint64_t fewer = 0;
    std::uint64_t same = 0;
  };
  Sum sum() const;

 private:
  std::map<ActionKey, BothCounts> actions_;
  std::map<RuleId, BothCounts> matches_;
};

}  // namespace riposte
