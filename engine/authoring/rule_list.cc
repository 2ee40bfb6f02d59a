#include "engine/authoring/rule_list.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/base/printable.h"
#include "rules/language/wording.h"

namespace riposte {
namespace {

using Json = nlohmann::ordered_json;

/// What one pattern weighs beside a comparison of texts; from measurements of the matcher, roughly.
constexpr std::size_t kExpressionCost = 20;
constexpr std::size_t kKeywordCost = 20;

std::size_t cost_of(const FieldMatch& match) {
  std::size_t cost = 0;
  for (const std::vector<Pattern>& value : match.values)
    for (const Pattern& pattern : value) cost += pattern.kind == Pattern::Kind::regex ? kExpressionCost : 1;
  return match.field.empty() ? kKeywordCost * cost : cost;
}

template <class See>
void for_each_line(const Rule& rule, See see) {
  for (const Selection& selection : rule.selections)
    for (const std::vector<FieldMatch>& map : selection.maps)
      for (const FieldMatch& match : map) see(selection, match);
}

std::string source_of(const LogSource& source) {
  std::vector<std::string> parts;
  for (const std::string* part : {&source.product, &source.category, &source.service})
    if (!part->empty()) parts.push_back(*part);
  return parts.empty() ? "any" : fmt::format("{}", fmt::join(parts, "/"));
}

std::set<std::string> fields_of(const Rule& rule) {
  std::set<std::string> fields;
  for_each_line(rule, [&](const Selection&, const FieldMatch& match) {
    fields.insert(match.field.empty() ? "any text" : match.field);
  });
  return fields;
}

std::vector<std::string> responses_of(const Rule& rule) {
  std::vector<std::string> names;
  for (const ActionTemplate& wanted : rule.responses) names.push_back(wanted.name);
  return names;
}

std::string level_of(const Rule& rule) { return rule.level ? std::string(name_of(*rule.level)) : "-"; }

Json json_of(const Rule& rule) {
  Json json{{"id", rule.id.value()},
            {"title", rule.title},
            {"level", rule.level ? Json(name_of(*rule.level)) : Json(nullptr)},
            {"file", rule.location.file},
            {"line", rule.location.line},
            {"logsource",
             {{"product", rule.logsource.product},
              {"category", rule.logsource.category},
              {"service", rule.logsource.service}}},
            {"tags", rule.tags},
            {"fields", fields_of(rule)},
            {"responses", responses_of(rule)},
            {"tests", rule.tests.size()},
            {"cost", cost_of(rule)}};
  json["lines"] = Json::array();
  for_each_line(rule, [&](const Selection& selection, const FieldMatch& match) {
    json["lines"].push_back({{"selection", selection.name}, {"looks_for", words_of(match)}});
  });
  return json;
}

}  // namespace

std::size_t cost_of(const Rule& rule) {
  std::size_t cost = 0;
  for_each_line(rule, [&](const Selection&, const FieldMatch& match) { cost += cost_of(match); });
  return cost;
}

void print_rules(const RuleSet& rules, std::ostream& out) {
  out << fmt::format("{:<36}  {:<13}  {:<32}  {:>5}  {}\n", "ID", "LEVEL", "LOG SOURCE", "COST", "TITLE");
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules.rule(RuleIndex(i));
    out << fmt::format("{:<36}  {:<13}  {:<32}  {:>5}  {}\n", rule.id.value(), level_of(rule),
                       source_of(rule.logsource), cost_of(rule), printable(rule.title))
        << fmt::format("{:<36}  looks at {}\n", "", fmt::join(fields_of(rule), ", "));
    if (!rule.responses.empty())
      out << fmt::format("{:<36}  responds with {}\n", "", fmt::join(responses_of(rule), ", "));
  }
  out << fmt::format("{} rules\n", rules.size());
}

void print_rules_json(const RuleSet& rules, std::ostream& out) {
  Json json = Json::array();
  for (std::uint32_t i = 0; i < rules.size(); ++i) json.push_back(json_of(rules.rule(RuleIndex(i))));
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace riposte
