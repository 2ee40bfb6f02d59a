#include "rules/language/response.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "engine/base/nearest.h"
#include "engine/lifecycle/target.h"
#include "rules/language/map_reader.h"
#include "rules/language/parameters.h"
#include "rules/language/response_limits.h"
#include "rules/language/text_template.h"

namespace riposte {
namespace {

constexpr std::string_view kOrdered = "ordered";
constexpr std::array<std::string_view, 2> kOrders{"parallel", kOrdered};

/// What would make it possible here.
std::string_view way_to(ActionType type, const ActionCatalogue& actions) {
  const TargetKind target = spec_of(type).target;
  const bool on_hosts =
      target == TargetKind::host || target == TargetKind::file || target == TargetKind::address;
  if (!on_hosts || actions.agents) return "";
  return "; agents carry it out where the configuration has a section 'agents'";
}

std::optional<ActionType> read_type(MapReader& map, const ActionCatalogue& actions) {
  const std::optional<std::string> name = map.required_text("action");
  if (!name) return {};
  const yaml::Node& place = *map.find("action");
  const std::optional<ActionType> type = parse_action_type(*name);
  std::vector<std::string_view> available;
  for (const ActionType executable : actions.executable) available.push_back(name_of(executable));
  if (!type) {
    std::string cure = did_you_mean(*name, action_type_names());
    if (cure.empty()) cure = fmt::format("; available: {}", fmt::join(available, ", "));
    map.diagnostics().error(place, fmt::format("unknown action '{}'{}", *name, cure));
    return {};
  }
  if (!actions.can_execute(*type)) {
    map.diagnostics().error(place, fmt::format("no executor for '{}' here; available: {}{}", *name,
                                               fmt::join(available, ", "), way_to(*type, actions)));
    return {};
  }
  return type;
}

std::optional<ActiveHours> read_active_hours(MapReader& map, const ReadContext& context) {
  const yaml::Node* node = map.find("active_hours");
  if (node == nullptr) return {};
  if (node->is_map()) {
    MapReader inside(*node, fmt::format("{}.active_hours", map.what()), map.diagnostics());
    const std::optional<std::string> zone = inside.required_text("time_zone");
    inside.required("windows");
    const std::vector<std::string> windows = inside.texts("windows");
    inside.finish();
    if (!zone || windows.empty()) return {};
    Result<ActiveHours> hours = ActiveHours::parse("of the rule", *zone, windows);
    if (hours) return *hours;
    map.diagnostics().error(*node, hours.error().what);
    return {};
  }
  const std::optional<std::string> name = scalar_text(*node, "'active_hours'", map.diagnostics());
  if (!name) return {};
  const auto known = context.active_hours.find(*name);
  if (known != context.active_hours.end()) return known->second;
  std::vector<std::string_view> names;
  for (const auto& [known_name, hours] : context.active_hours) names.push_back(known_name);
  map.diagnostics().error(
      *node, fmt::format("no active hours named '{}'; define it under active_hours in the configuration{}",
                         *name, did_you_mean(*name, names)));
  return {};
}

void read_target_field(MapReader& map, ActionTemplate& made) {
  const yaml::Node* node = map.find("field");
  if (node == nullptr) return;
  if (target_spec_of(made.type).field.empty())
    map.diagnostics().error(
        *node, fmt::format("'field' names a process, a file, an address or a user; {} is aimed at none",
                           name_of(made.type)));
  else if (const std::optional<std::string> field_name = map.required_text("field"))
    made.target_field = *field_name;
}

void read_execute_from(MapReader& map, ActionTemplate& made, const ActionCatalogue& actions) {
  const std::optional<std::string> text = map.text("execute_from");
  if (!text) return;
  auto from = parse_execute_from(*text);
  if (from) {
    if (const auto may = may_execute_from(made.type, *from, actions); !may)
      map.diagnostics().error(*map.find("execute_from"), may.error().what);
    made.execute_from = *std::move(from);
  } else {
    map.diagnostics().error(*map.find("execute_from"), from.error().what);
  }
}

void read_script(MapReader& map, ActionTemplate& made, const ActionCatalogue& actions) {
  if (made.type != ActionType::run_script) {
    if (const yaml::Node* node = map.find("script"))
      map.diagnostics().error(*node,
                              fmt::format("'script' belongs to run_script, not to {}", name_of(made.type)));
    return;
  }
  const std::optional<std::string> script = map.required_text("script");
  if (!script) return;
  made.script = *script;
  if (actions.scripts.contains(*script)) return;
  std::vector<std::string_view> names;
  for (const auto& [name, parameters] : actions.scripts) names.push_back(name);
  std::string cure = did_you_mean(*script, names);
  if (cure.empty())
    cure = names.empty() ? "; none is registered" : fmt::format("; registered: {}", fmt::join(names, ", "));
  map.diagnostics().error(*map.find("script"), fmt::format("unknown script '{}'{}", *script, cure));
}

void read_terms(MapReader& map, ActionTemplate& made, const ReadContext& context) {
  if (const auto severity = map.one_of("minimum_severity", kSeverityNames))
    made.minimum_severity = parse_severity(*severity);
  made.terms.active_hours = read_active_hours(map, context);
  made.terms.require_approval = map.boolean("require_approval").value_or(false);
  made.verify_after = map.duration("verify_after");
  if (made.verify_after && (*made.verify_after == Duration::zero() || *made.verify_after > kVerifyAfterMax))
    map.diagnostics().error(*map.find("verify_after"),
                            fmt::format("'verify_after' must be more than nothing and at most {}",
                                        duration_text(kVerifyAfterMax)));
}

void read_comment(MapReader& map, ActionTemplate& made) {
  const std::optional<std::string> text = map.text("comment");
  if (!text) return;
  auto comment = parse_text_template(*text);
  if (comment)
    made.comment = std::move(*comment);
  else
    map.diagnostics().error(*map.find("comment"), fmt::format("in 'comment', {}", comment.error()));
}

/// Empty when the action type itself could not be told; everything else is checked all the same.
std::optional<ActionTemplate> read_template(const yaml::Node& node, std::size_t number,
                                            Diagnostics& diagnostics, const ReadContext& context) {
  MapReader map(node, fmt::format("response {}", number), diagnostics);
  if (!node.is_map() && !node.is_null()) return {};
  ActionTemplate made;
  made.location = diagnostics.place(node);
  const std::optional<ActionType> type = read_type(map, context.actions);
  made.type = type.value_or(made.type);
  if (map.has("name")) made.name = map.required_text("name").value_or("");
  read_terms(map, made, context);
  read_comment(map, made);
  read_limits(map, made);
  if (type) {
    read_ttl(map, made, context.actions);
    read_target_field(map, made);
    read_execute_from(map, made, context.actions);
    read_script(map, made, context.actions);
    made.parameters = read_parameters(map, made, context.actions);
  } else {
    for (const std::string_view key : {"field", "execute_from", "script", "parameters", "ttl"}) map.find(key);
  }
  map.finish();
  return type ? std::optional(std::move(made)) : std::nullopt;
}

void give_names(std::vector<ActionTemplate>& templates, Diagnostics& diagnostics) {
  std::set<std::string> taken;
  for (const ActionTemplate& made : templates)
    if (!made.name.empty() && !taken.insert(made.name).second)
      diagnostics.error(made.location,
                        fmt::format("two responses are named '{}'; names tell them apart", made.name));
  for (ActionTemplate& made : templates) {
    if (!made.name.empty()) continue;
    made.name = name_of(made.type);
    for (int number = 2; !taken.insert(made.name).second; ++number)
      made.name = fmt::format("{}-{}", name_of(made.type), number);
  }
}

/// The list of actions inside `response`; null when there is none to read.
const yaml::Node* actions_of(const yaml::Node& node, bool& ordered, Diagnostics& diagnostics) {
  if (node.is_sequence()) return &node;
  if (!node.is_map() || (node.find("actions") == nullptr && node.find("order") == nullptr)) {
    diagnostics.error(node,
                      fmt::format("'response' must be a list of actions, not {}; begin each with '- action:'",
                                  yaml::describe(node)));
    return nullptr;
  }
  MapReader map(node, "response", diagnostics);
  ordered = map.one_of("order", kOrders).value_or("") == kOrdered;
  const yaml::Node* actions = map.required("actions");
  map.finish();
  if (actions == nullptr || actions->is_sequence()) return actions;
  diagnostics.error(*actions,
                    fmt::format("'actions' must be a list of actions, not {}; begin each with '- action:'",
                                yaml::describe(*actions)));
  return nullptr;
}

}  // namespace

std::vector<ActionTemplate> read_responses(const yaml::Node& node, Diagnostics& diagnostics,
                                           const ReadContext& context) {
  std::vector<ActionTemplate> templates;
  bool ordered = false;
  const yaml::Node* actions = actions_of(node, ordered, diagnostics);
  if (actions == nullptr) return templates;
  if (actions->items.size() > kResponsesMax)
    diagnostics.error(node, fmt::format("more than {} responses in one rule", kResponsesMax));
  for (std::size_t i = 0; i < actions->items.size(); ++i)
    if (auto made = read_template(actions->items[i], i + 1, diagnostics, context))
      templates.push_back(std::move(*made));
  give_names(templates, diagnostics);
  for (ActionTemplate& made : templates) made.ordered = ordered;
  return templates;
}

}  // namespace riposte
