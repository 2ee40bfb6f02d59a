#include "engine/authoring/rule_price_list.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/printable.h"
#include "rules/matching/rule_price.h"

namespace riposte {
namespace {

struct PricedRule {
  const Rule& rule;
  RulePrice price;
};

std::vector<PricedRule> dearest_first(const RuleSet& rules) {
  std::vector<RulePrice> prices = prices_of(rules);
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < prices.size(); ++i) order.push_back(i);
  std::ranges::stable_sort(order, std::greater(), [&](std::uint32_t i) { return prices[i].cost; });
  std::vector<PricedRule> sorted;
  for (const std::uint32_t i : order) sorted.push_back({rules.rule(RuleIndex(i)), std::move(prices[i])});
  return sorted;
}

std::string triggers_text(const RuleTriggers& triggers) {
  if (triggers.lack) return "every event of its log source";
  std::string text;
  const std::size_t shown = std::min(triggers.any_of.size(), kTriggersShown);
  for (std::size_t i = 0; i < shown; ++i) text += (i > 0 ? " or " : "") + words_of(triggers.any_of[i]);
  if (triggers.any_of.size() > shown) text += fmt::format(" or {} more", triggers.any_of.size() - shown);
  return text.empty() ? "nothing: it never matches" : text;
}

void print(const PricedRule& priced, std::ostream& out) {
  const auto& [rule, price] = priced;
  out << fmt::format("{:<7}  {}  {}  ({}:{})\n", name_of(price.cost), printable(rule.id.value()),
                     printable(rule.title), rule.location.file, rule.location.line)
      << fmt::format("{:<7}  looked at for {}\n", "", triggers_text(price.triggers));
  if (!price.reason.empty()) out << fmt::format("{:<7}  why: {}\n", "", price.reason);
  if (!price.cure.empty()) out << fmt::format("{:<7}  cure: {}\n", "", price.cure);
}

std::string_view match_name(const RuleTrigger& trigger) {
  if (!trigger.anchor) return "any_value";
  switch (*trigger.anchor) {
    case Anchor::whole:
      return "is";
    case Anchor::front:
      return "starts_with";
    case Anchor::back:
      return "ends_with";
    case Anchor::anywhere:
      break;
  }
  return "contains";
}

nlohmann::ordered_json json_of(const RuleTrigger& trigger) {
  nlohmann::ordered_json json{
      {"field", trigger.field.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(trigger.field)},
      {"match", match_name(trigger)}};
  if (trigger.anchor) json["text"] = trigger.text;
  return json;
}

nlohmann::ordered_json json_of(const PricedRule& priced) {
  const auto& [rule, price] = priced;
  nlohmann::ordered_json json{{"id", rule.id.value()},
                              {"title", rule.title},
                              {"file", rule.location.file},
                              {"line", rule.location.line},
                              {"class", name_of(price.cost)},
                              {"every_event", price.triggers.lack.has_value()},
                              {"looked_at_for", nlohmann::ordered_json::array()},
                              {"reason", price.reason},
                              {"cure", price.cure}};
  for (const RuleTrigger& trigger : price.triggers.any_of) json["looked_at_for"].push_back(json_of(trigger));
  return json;
}

}  // namespace

void print_rule_prices(const RuleSet& rules, std::ostream& out) {
  std::array<std::size_t, kCostClassNames.size()> counts{};
  for (const PricedRule& priced : dearest_first(rules)) {
    print(priced, out);
    ++counts.at(static_cast<std::size_t>(priced.price.cost));
  }
  std::string summary;
  for (std::size_t i = counts.size(); i-- > 0;)
    summary += fmt::format("{} {}{}", counts.at(i), kCostClassNames.at(i), i > 0 ? ", " : "\n");
  out << summary;
}

void print_rule_prices_json(const RuleSet& rules, std::ostream& out) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const PricedRule& priced : dearest_first(rules)) json.push_back(json_of(priced));
  out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace riposte
