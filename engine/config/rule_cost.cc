#include "engine/config/rule_cost.h"

#include <utility>

#include <fmt/format.h>

namespace riposte {
namespace {

Diagnostic too_dear(const Rule& rule, const RulePrice& price, const RuleCostLimit& limit) {
  return {rule.location,
          limit.above == AboveRuleCost::refuse ? Diagnostic::Kind::error : Diagnostic::Kind::warning,
          fmt::format("rule '{}' is {}, and rule_cost allows {}: {}; {}", rule.id.value(),
                      name_of(price.cost), name_of(limit.limit), price.reason, price.cure)};
}

}  // namespace

void keep_to(const RuleCostLimit& limit, std::span<const Schema> schemas, CompileOptions options,
             CompiledRules& compiled) {
  if (limit.limit == CostClass::dearest) return;
  const std::vector<RulePrice> prices = prices_of(*compiled.rules);
  std::vector<Rule> kept;
  for (std::uint32_t i = 0; i < prices.size(); ++i) {
    const Rule& rule = compiled.rules->rule(RuleIndex(i));
    if (prices[i].cost > limit.limit)
      compiled.diagnostics.push_back(too_dear(rule, prices[i], limit));
    else if (limit.above == AboveRuleCost::refuse)
      kept.push_back(rule);
  }
  if (limit.above == AboveRuleCost::warn || kept.size() == prices.size()) return;
  compiled.refused += prices.size() - kept.size();
  compiled.rules = RuleSet::compile(std::move(kept), {schemas.begin(), schemas.end()}, options).rules;
}

}  // namespace riposte
