/// How dear a rule may be, and what becomes of one that is dearer.
#pragma once

#include <cstdint>
#include <span>

#include "rules/event/schema.h"
#include "rules/matching/rule_price.h"

namespace riposte {

enum class AboveRuleCost : std::uint8_t {
  warn,    ///< the rule works, and is told of
  refuse,  ///< it is left out; an error
};

struct RuleCostLimit {
  CostClass limit = CostClass::dearest;  ///< what is still allowed
  AboveRuleCost above = AboveRuleCost::warn;
};

/// Adds a diagnostic for every rule that is dearer; where such are refused, the set is compiled anew without
/// them. `schemas` and `options`: what the set was compiled with. Nothing is done when everything is allowed.
void keep_to(const RuleCostLimit& limit, std::span<const Schema> schemas, CompileOptions options,
             CompiledRules& compiled);

}  // namespace riposte
