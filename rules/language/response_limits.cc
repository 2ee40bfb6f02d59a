#include "rules/language/response_limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace riposte {
namespace {

std::optional<Duration> bounded(MapReader& map, std::string_view key, Duration minimum, Duration maximum) {
  const std::optional<Duration> value = map.duration(key);
  if (!value || (*value >= minimum && *value <= maximum)) return value;
  map.diagnostics().error(*map.find(key), fmt::format("'{}' must be at least {} and at most {}", key,
                                                      duration_text(minimum), duration_text(maximum)));
  return {};
}

void read_deduplication(MapReader& map, ActionTemplate& made) {
  const yaml::Node* node = map.find("deduplicate_by");
  if (node == nullptr) return;
  made.deduplicate_by = map.texts("deduplicate_by");
  if (!map.has("cooldown"))
    map.diagnostics().error(*node,
                            "'deduplicate_by' says nothing without a 'cooldown'; add how long, "
                            "'cooldown: 10m'");
  if (node->is_sequence() && node->items.empty())
    map.diagnostics().error(*node,
                            "'deduplicate_by' names no field; leave it out to tell by host and target");
  if (std::ranges::find(made.deduplicate_by, "") != made.deduplicate_by.end())
    map.diagnostics().error(*node, "'deduplicate_by' holds an empty name; write names of fields");
  if (made.deduplicate_by.size() > kDeduplicateFieldsMax)
    map.diagnostics().error(*node,
                            fmt::format("more than {} fields in 'deduplicate_by'", kDeduplicateFieldsMax));
}

std::string undoable_types() {
  std::vector<std::string_view> names;
  for (const ActionTypeSpec& spec : action_types())
    if (spec.undo) names.push_back(spec.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

void read_limits(MapReader& response, ActionTemplate& made) {
  made.cooldown = bounded(response, "cooldown", kCooldownMin, kCooldownMax);
  read_deduplication(response, made);
  made.pickup_deadline = bounded(response, "pickup_deadline", std::chrono::seconds(1), kPickupDeadlineMax);
  made.dry_run = response.boolean("dry_run").value_or(false);
}

void read_ttl(MapReader& response, ActionTemplate& made, const ActionCatalogue& actions) {
  const yaml::Node* node = response.find("ttl");
  if (node == nullptr) return;
  made.ttl = bounded(response, "ttl", kTtlMin, spec_of(made.type).ttl_max);
  const std::optional<ActionType> undo = spec_of(made.type).undo;
  if (!undo)
    response.diagnostics().error(*node,
                                 fmt::format("'ttl' undoes an action, and {} cannot be undone; these can: {}",
                                             name_of(made.type), undoable_types()));
  else if (!actions.can_execute(*undo))
    response.diagnostics().error(*node, fmt::format("'ttl' of {} needs {}, and nothing here carries that out",
                                                    name_of(made.type), name_of(*undo)));
}

}  // namespace riposte
