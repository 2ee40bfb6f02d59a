/// Everything that people wrote, read and compiled: the configuration, the scripts, the schemas and the
/// rules.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/script/script.h"
#include "engine/config/configuration.h"
#include "engine/lifecycle/action_type.h"
#include "rules/matching/rule_set.h"

namespace riposte {

/// The types that this version has an executor for.
std::vector<ActionType> executable_types();

struct Loaded {
  std::optional<Configuration>
      configuration;  ///< empty when it has an error, or when only rules were asked for
  Scripts scripts;
  ActionCatalogue actions;
  std::shared_ptr<const RuleSet> rules;  ///< null when the configuration or a schema has an error
  std::vector<Diagnostic> diagnostics;
  std::size_t refused = 0;  ///< rules left out
};

/// Stands for all shipped schemas, behind those that are named beside it.
inline constexpr std::string_view kEverySchema = "auto";

/// In the order in which they are asked. Empty when one has an error.
std::optional<std::vector<Schema>> load_schemas(std::span<const std::string> names,
                                                std::vector<Diagnostic>& diagnostics);

struct LoadRequest {
  std::string config_path;              ///< may be empty when there are rule paths
  std::vector<std::string> rule_paths;  ///< instead of the configured ones
  std::vector<std::string> schemas;     ///< instead of the configured ones
  bool ignore_logsource = false;
};

/// A bad rule or script is left out and reported, and stops nothing.
Loaded load(const LoadRequest& request);

}  // namespace riposte
