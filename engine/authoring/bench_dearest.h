/// The rules that a bench has spent most of its looks' time on.
#pragma once

#include <cstddef>
#include <ostream>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rules/matching/rule_set.h"

namespace riposte {

/// What a terminal shows at once; those behind them seldom matter.
inline constexpr std::size_t kDearestShown = 10;

struct DearRule {
  RuleIndex rule;
  RuleCost cost;
  double share = 0;  ///< of the time of all looks at all rules

  double nanoseconds_per_look() const {
    return static_cast<double>(cost.nanoseconds) / static_cast<double>(cost.looks);
  }
};

/// At most `most`, the dearest first. Rules that were never looked at are left out. `costs`: by RuleIndex, or
/// empty when no rule was looked at.
std::vector<DearRule> dearest_of(std::span<const RuleCost> costs, std::size_t most);

/// A table, or that there is none to show.
void print_dearest(const RuleSet& rules, std::span<const DearRule> dearest, std::ostream& out);
nlohmann::ordered_json json_of(const RuleSet& rules, std::span<const DearRule> dearest);

}  // namespace riposte
