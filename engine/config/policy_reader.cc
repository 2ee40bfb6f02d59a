#include "engine/base/nearest.h"
#include "engine/config/sections.h"

namespace riposte::config {
namespace {

std::optional<ActionType> action_type(const yaml::Node& at, std::string_view name, Diagnostics& diagnostics) {
  const auto type = parse_action_type(name);
  if (!type)
    diagnostics.error(
        at, "unknown action type '" + std::string(name) + "'" + did_you_mean(name, action_type_names()));
  return type;
}

std::optional<Severity> severity(const yaml::Node& at, std::string_view name, Diagnostics& diagnostics) {
  const auto parsed = parse_severity(name);
  if (!parsed)
    diagnostics.error(at, "unknown severity '" + std::string(name) + "'" +
                              did_you_mean(name, kSeverityNames) +
                              " (informational, low, medium, high, critical)");
  return parsed;
}

std::optional<ActiveHours> hours_named(const yaml::Node& at, const std::string& name,
                                       const Configuration& so_far, Diagnostics& diagnostics) {
  const auto found = so_far.active_hours.find(name);
  if (found != so_far.active_hours.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [each, hours] : so_far.active_hours) known.emplace_back(each);
  diagnostics.error(at, "unknown active hours '" + name + "'" + did_you_mean(name, known) +
                            " (define them under active_hours)");
  return {};
}

/// "high", or a map of severity and active_hours.
AutoResponse read_auto_response(const yaml::Entry& entry, const Configuration& so_far,
                                Diagnostics& diagnostics) {
  AutoResponse response;
  if (entry.value.is_scalar()) {
    response.threshold = severity(entry.value, entry.value.text, diagnostics).value_or(Severity::critical);
    return response;
  }
  MapReader map(entry.value, "auto_response." + entry.key, diagnostics);
  if (const auto text = map.text("severity"))
    response.threshold = severity(*map.find("severity"), *text, diagnostics).value_or(Severity::critical);
  if (const auto name = map.text("active_hours"))
    response.active_hours = hours_named(*map.find("active_hours"), *name, so_far, diagnostics);
  map.finish();
  return response;
}

}  // namespace

void read_active_hours(MapReader& map, Configuration& into) {
  auto section = map.map("active_hours");
  if (!section) return;
  for (const yaml::Entry& entry : section->entries()) {
    MapReader hours(entry.value, "active_hours." + entry.key, map.diagnostics());
    const auto zone = hours.required_text("time_zone");
    const auto windows = hours.texts("windows");
    hours.finish();
    if (!zone) continue;
    auto parsed = ActiveHours::parse(entry.key, *zone, windows);
    if (parsed)
      into.active_hours.emplace(entry.key, *parsed);
    else
      map.diagnostics().error(entry.value, parsed.error().text());
  }
}

void read_policy(MapReader& map, Configuration& into) {
  auto policy = map.map("policy");
  if (!policy) return;
  Diagnostics& diagnostics = map.diagnostics();
  if (auto automatic = policy->map("auto_response"))
    for (const yaml::Entry& entry : automatic->entries())
      if (const auto type = action_type(automatic->node(), entry.key, diagnostics))
        into.policy.auto_response[*type] = read_auto_response(entry, into, diagnostics);
  for (const yaml::Node& item : policy->list("require_approval"))
    if (const auto name = scalar_text(item, "require_approval", diagnostics))
      if (const auto type = action_type(item, *name, diagnostics)) into.policy.require_approval.insert(*type);
  if (auto destructive = policy->map("destructive")) {
    for (const yaml::Entry& entry : destructive->entries()) {
      const auto flag = destructive->boolean(entry.key);
      const auto type = action_type(entry.value, entry.key, diagnostics);
      if (type && flag) into.policy.destructive[*type] = *flag;
    }
  }
  read_never(*policy, into.policy.never);
  into.policy.dry_run = policy->boolean("dry_run").value_or(false);
  into.policy.approval_ttl = policy->duration("approval_ttl").value_or(into.policy.approval_ttl);
  into.policy.verify_after = policy->duration("verify_after").value_or(into.policy.verify_after);
  policy->finish();
}

}  // namespace riposte::config
