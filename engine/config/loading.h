/// Everything that people wrote, read and compiled: the configuration, the scripts, the schemas and the
/// rules.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/script/script.h"
#include "engine/config/configuration.h"
#include "engine/config/file_stamps.h"
#include "engine/lifecycle/action_type.h"
#include "rules/matching/rule_set.h"

namespace riposte {

/// The types that this version has an executor for; with agents also those that only hosts carry out.
std::vector<ActionType> executable_types(bool agents = false);
/// Parameters of those that their executors do not keep to.
std::set<std::string, std::less<>> parameters_not_honoured(bool agents = false);

/// What one reading of the rules, the filters and the schemas gave.
struct LoadedRules {
  std::shared_ptr<const RuleSet> rules;  ///< null when a schema has an error
  std::vector<Diagnostic> diagnostics;
  std::size_t refused = 0;  ///< rules left out
  FileStamps stamps;        ///< of watched_paths() before they were read
};

struct Loaded {
  std::optional<Configuration>
      configuration;  ///< empty when it has an error, or when only rules were asked for
  Scripts scripts;
  ActionCatalogue actions;
  std::shared_ptr<const RuleSet> rules;  ///< null when the configuration or a schema has an error
  std::vector<Diagnostic> diagnostics;
  std::size_t refused = 0;  ///< rules left out
  FileStamps stamps;        ///< of the rules' files before they were read
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

/// The part of load() that may be done again while the engine runs.
LoadedRules load_rules(const Configuration& configuration, const ActionCatalogue& actions,
                       const LoadRequest& request = {});

/// The files and folders that decide what load_rules() gives.
std::vector<std::string> watched_paths(const Configuration& configuration);

}  // namespace riposte
