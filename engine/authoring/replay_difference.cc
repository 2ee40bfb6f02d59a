#include "engine/authoring/replay_difference.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/authoring/replay_tally.h"

namespace riposte {
namespace {

/// What stands in the first list and not in the second; both in order.
std::vector<RuleId> only_in(const std::vector<RuleId>& first, const std::vector<RuleId>& second) {
  std::vector<RuleId> only;
  std::ranges::set_difference(first, second, std::back_inserter(only));
  return only;
}

}  // namespace

void ReplayDifference::note_matches(std::vector<RuleId> before, std::vector<RuleId> after) {
  std::ranges::sort(before);
  std::ranges::sort(after);
  for (const RuleId& id : only_in(before, after)) ++matches_[id].before;
  for (const RuleId& id : only_in(after, before)) ++matches_[id].after;
}

void ReplayDifference::note_action(Side side, const Action& action) {
  const Fate fate = fate_of(action);
  if (fate == Fate::dry_run || fate == Fate::defective || fate == Fate::after_none) return;
  BothCounts& counts = actions_[{action.cause.rule, action.type, action.host, action.target}];
  ++(side == Side::before ? counts.before : counts.after);
}

std::map<RuleId, RuleDifference> ReplayDifference::rules() const {
  std::map<RuleId, RuleDifference> rules;
  for (const auto& [id, counts] : matches_) rules[id].matches = counts;
  for (const auto& [key, counts] : actions_) {
    if (counts.before == counts.after) continue;
    rules[key.rule].actions.before += counts.fewer();
    rules[key.rule].actions.after += counts.more();
  }
  return rules;
}

ReplayDifference::Sum ReplayDifference::sum() const {
  Sum sum;
  for (const auto& [key, counts] : actions_) {
    sum.more += counts.more();
    sum.fewer += counts.fewer();
    sum.same += counts.same();
  }
  return sum;
}

}  // namespace riposte
