/// Everything that people wrote, read and compiled: the configuration, the scripts, the schema and the rules.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connectors/script/script.h"
#include "engine/config/configuration.h"
#include "engine/config/file_stamps.h"
#include "engine/lifecycle/action_type.h"
#include "rules/matching/rule_set.h"

namespace riposte {

/// The types that this version has an executor for.
std::vector<ActionType> executable_types();

/// What one reading of the rules, the filters and the schema gave.
struct LoadedRules {
  std::shared_ptr<const RuleSet> rules;  ///< null when the schema has an error
  std::vector<Diagnostic> diagnostics;
  std::size_t refused = 0;  ///< rules left out
  FileStamps stamps;        ///< of watched_paths() before they were read
};

struct Loaded {
  std::optional<Configuration>
      configuration;  ///< empty when it has an error, or when only rules were asked for
  Scripts scripts;
  ActionCatalogue actions;
  std::shared_ptr<const RuleSet> rules;  ///< null when the configuration or the schema has an error
  std::vector<Diagnostic> diagnostics;
  std::size_t refused = 0;  ///< rules left out
  FileStamps stamps;        ///< of the rules' files before they were read
};

/// `config_path` may be empty when `rule_paths` are given; these then stand in for the configured ones.
/// A bad rule or script is left out and reported, and stops nothing.
Loaded load(const std::string& config_path, std::span<const std::string> rule_paths = {});

/// The part of load() that may be done again while the engine runs. `rule_paths` as there.
LoadedRules load_rules(const Configuration& configuration, const ActionCatalogue& actions,
                       std::span<const std::string> rule_paths = {});

/// The files and folders that decide what load_rules() gives.
std::vector<std::string> watched_paths(const Configuration& configuration);

}  // namespace riposte
