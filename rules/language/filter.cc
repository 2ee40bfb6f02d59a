#include "rules/language/filter.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/nearest.h"
#include "engine/lifecycle/action.h"
#include "rules/language/head.h"
#include "rules/language/map_reader.h"

namespace riposte {
namespace {

/// The selections and the condition, without the key that names the rules.
yaml::Node without_rules(const yaml::Node& node) {
  yaml::Node rest = node;
  std::erase_if(rest.entries, [](const yaml::Entry& entry) { return entry.key == "rules"; });
  return rest;
}

bool names(const std::string& wanted, const Rule& rule) {
  return wanted == rule.id.value() || (!rule.name.empty() && wanted == rule.name);
}

bool is_within(const LogSource& rule, const LogSource& filter) {
  const auto fits = [](const std::string& wider, const std::string& narrower) {
    return wider.empty() || wider == narrower;
  };
  return fits(filter.category, rule.category) && fits(filter.product, rule.product) &&
         fits(filter.service, rule.service);
}

bool applies(const Filter& filter, const Rule& rule) {
  const bool named =
      filter.rules.empty() ||
      std::ranges::any_of(filter.rules, [&](const std::string& wanted) { return names(wanted, rule); });
  return named && is_within(rule.logsource, filter.logsource);
}

void shift_selections(Condition& condition, std::size_t by) {
  if (condition.kind == Condition::Kind::selection) condition.selection += by;
  for (Condition& operand : condition.operands) shift_selections(operand, by);
}

void add_to(Rule& rule, const Filter& filter) {
  Condition added = filter.detection.condition;
  shift_selections(added, rule.selections.size());
  for (Selection selection : filter.detection.selections) {
    selection.name = fmt::format("{} ({})", selection.name, filter.title);
    rule.selections.push_back(std::move(selection));
  }
  std::vector<Condition> both;
  both.push_back(std::move(rule.condition));
  both.push_back(std::move(added));
  rule.condition = {Condition::Kind::all_of, 0, std::move(both)};
  rule.digest = digest_of(rule.digest + filter.digest);
}

void warn_of_unknown(const Filter& filter, std::span<const Rule> rules,
                     std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string_view> known;
  for (const Rule& rule : rules) known.insert(known.end(), {rule.id.value(), rule.name});
  for (const std::string& wanted : filter.rules)
    if (std::ranges::none_of(rules, [&](const Rule& rule) { return names(wanted, rule); }))
      diagnostics.push_back(
          {filter.location, Diagnostic::Kind::warning,
           fmt::format("the filter names rule '{}', which is not among those that were read{}", wanted,
                       did_you_mean(wanted, known))});
}

}  // namespace

std::optional<Filter> read_filter(const yaml::Node& document, Diagnostics& diagnostics,
                                  const PlaceholderLists& lists) {
  const std::size_t errors_before = diagnostics.errors();
  MapReader map(document, "the filter", diagnostics);
  Filter filter;
  filter.title = map.required_text("title").value_or("");
  filter.logsource = read_logsource(map);
  ignore_unchecked_keys(map);
  for (const std::string_view key : {"id", "status", "description", "author", "level", "tags"}) map.find(key);
  const yaml::Node* body = map.required("filter");
  filter.location = diagnostics.place(body != nullptr ? *body : document);
  map.finish_open();
  if (body == nullptr) return {};
  MapReader inside(*body, "filter", diagnostics);
  filter.rules = inside.texts("rules");
  if (!inside.has("rules"))
    diagnostics.error(*body,
                      "the filter does not say for which rules it is; write 'rules: any' or a list of ids");
  if (filter.rules.size() == 1 && filter.rules.front() == "any") filter.rules.clear();
  filter.detection = read_detection(without_rules(*body), "filter", diagnostics, lists);
  return diagnostics.errors() == errors_before ? std::optional(std::move(filter)) : std::nullopt;
}

void apply_filters(std::span<const Filter> filters, std::vector<Rule>& rules,
                   std::vector<Diagnostic>& diagnostics) {
  for (const Filter& filter : filters) {
    bool used = false;
    for (Rule& rule : rules) {
      if (!applies(filter, rule)) continue;
      add_to(rule, filter);
      used = true;
    }
    warn_of_unknown(filter, rules, diagnostics);
    if (!used)
      diagnostics.push_back({filter.location, Diagnostic::Kind::warning,
                             "the filter changes no rule: none that it names has its logsource; it must be "
                             "the rule's, or wider"});
  }
}

}  // namespace riposte
