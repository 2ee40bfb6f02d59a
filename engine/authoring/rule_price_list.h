/// `riposte rules list --cost`: what has each rule looked at, how dear that is, and what makes it cheaper.
#pragma once

#include <cstddef>
#include <ostream>

#include "rules/matching/rule_set.h"

namespace riposte {

/// Triggers of one rule that are written out in the table; the rest is counted.
inline constexpr std::size_t kTriggersShown = 3;

/// The dearest first, then in the order of the set.
void print_rule_prices(const RuleSet& rules, std::ostream& out);
/// The same with every trigger.
void print_rule_prices_json(const RuleSet& rules, std::ostream& out);

}  // namespace riposte
