/// Everything that people wrote, read and compiled: the configuration, the scripts, the schema and the rules.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
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
  std::shared_ptr<const RuleSet> rules;  ///< null when the configuration or the schema has an error
  std::vector<Diagnostic> diagnostics;
  std::size_t refused = 0;  ///< rules left out
};

/// `config_path` may be empty when `rule_paths` are given; these then stand in for the configured ones.
/// A bad rule or script is left out and reported, and stops nothing.
Loaded load(const std::string& config_path, std::span<const std::string> rule_paths = {});

}  // namespace riposte
