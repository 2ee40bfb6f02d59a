#include "engine/authoring/bench_dearest.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/cli/table.h"

namespace riposte {
namespace {

std::string place_of(const Rule& rule) {
  return fmt::format("{}:{}", rule.location.file, rule.location.line);
}

}  // namespace

std::vector<DearRule> dearest_of(std::span<const RuleCost> costs, std::size_t most) {
  std::vector<DearRule> rules;
  std::uint64_t all = 0;
  for (std::uint32_t i = 0; i < costs.size(); ++i) {
    all += costs[i].nanoseconds;
    if (costs[i].looks > 0) rules.push_back({RuleIndex(i), costs[i]});
  }
  std::ranges::stable_sort(rules, std::greater(), [](const DearRule& rule) { return rule.cost.nanoseconds; });
  if (rules.size() > most) rules.resize(most);
  if (all > 0)
    for (DearRule& rule : rules)
      rule.share = static_cast<double>(rule.cost.nanoseconds) / static_cast<double>(all);
  return rules;
}

void print_dearest(const RuleSet& rules, std::span<const DearRule> dearest, std::ostream& out) {
  if (dearest.empty()) {
    out << "\nno event has what a rule would have to be looked at for\n";
    return;
  }
  cli::Table table{{{"DEAREST RULES"}, {"LOOKS"}, {"SHARE"}, {"NS A LOOK"}, {"PLACE"}, {"TITLE", true}}, {}};
  for (const DearRule& dear : dearest) {
    const Rule& rule = rules.rule(dear.rule);
    table.rows.push_back({{rule.id.value()},
                          {std::to_string(dear.cost.looks)},
                          {fmt::format("{:.1f} %", dear.share * 100)},
                          {fmt::format("{:.0f}", dear.nanoseconds_per_look())},
                          {place_of(rule)},
                          {rule.title}});
  }
  out << '\n' << cli::text_of(table);
}

nlohmann::ordered_json json_of(const RuleSet& rules, std::span<const DearRule> dearest) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const DearRule& dear : dearest) {
    const Rule& rule = rules.rule(dear.rule);
    json.push_back({{"id", rule.id.value()},
                    {"title", rule.title},
                    {"file", rule.location.file},
                    {"line", rule.location.line},
                    {"looks", dear.cost.looks},
                    {"share", dear.share},
                    {"ns_per_look", dear.nanoseconds_per_look()}});
  }
  return json;
}

}  // namespace riposte
