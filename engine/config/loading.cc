#include "engine/config/loading.h"

#include <algorithm>
#include <iterator>

#include "connectors/exec/script_manifest.h"
#include "rules/language/attach.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "rules/language/yaml.h"

namespace riposte {
namespace {

bool is_file(const std::string& schema) {
  return schema.find('/') != std::string::npos || schema.ends_with(".yaml") || schema.ends_with(".yml");
}

std::optional<Schema> load_schema(const std::string& name, std::vector<Diagnostic>& diagnostics) {
  Diagnostics found(name);
  std::optional<Schema> schema;
  if (!is_file(name)) {
    auto shipped = shipped_schema(name);
    if (shipped) return *std::move(shipped);
    found.error(Location{name, 1, 1}, shipped.error().text());
  } else if (const auto bytes = yaml::read_file(name)) {
    schema = read_schema(*bytes, found);
  } else {
    found.error(Location{name, 1, 1}, bytes.error().text());
  }
  std::ranges::move(found.take(), std::back_inserter(diagnostics));
  return schema;
}

/// A response that is left out is reported, and refuses no rule.
void attach_responses(std::span<const std::string> paths, const ReadContext& context,
                      std::vector<Rule>& rules, std::vector<Diagnostic>& diagnostics) {
  auto read = read_response_files(paths, context);
  std::ranges::move(read.diagnostics, std::back_inserter(diagnostics));
  std::ranges::move(attach(rules, read.attachments), std::back_inserter(diagnostics));
}

}  // namespace

std::optional<std::vector<Schema>> load_schemas(std::span<const std::string> names,
                                                std::vector<Diagnostic>& diagnostics) {
  std::vector<Schema> schemas;
  bool ok = true;
  for (const std::string& name : names) {
    if (name == kEverySchema) continue;
    std::optional<Schema> schema = load_schema(name, diagnostics);
    ok = ok && schema.has_value();
    if (schema) schemas.push_back(*std::move(schema));
  }
  // What people wrote themselves knows their events better than what is shipped.
  if (std::ranges::find(names, kEverySchema) != names.end())
    std::ranges::move(shipped_schemas(), std::back_inserter(schemas));
  if (!ok) return {};
  return schemas;
}

std::vector<ActionType> executable_types(bool agents) {
  if (!agents)
    return {ActionType::kill_process, ActionType::suspend_process, ActionType::resume_process,
            ActionType::run_script};
  return {ActionType::kill_process, ActionType::suspend_process, ActionType::resume_process,
          ActionType::isolate_host, ActionType::unisolate_host,  ActionType::quarantine_file,
          ActionType::block_ip,     ActionType::unblock_ip,      ActionType::run_script,
          ActionType::restore_file};
}

std::set<std::string, std::less<>> parameters_not_honoured(bool agents) {
  if (agents) return {};
  return {"tree"};
}

Loaded load(const LoadRequest& request) {
  Loaded loaded;
  Configuration defaults;
  if (!request.config_path.empty()) {
    auto read = read_configuration(request.config_path);
    loaded.diagnostics = std::move(read.diagnostics);
    loaded.configuration = std::move(read.configuration);
    if (!loaded.configuration) return loaded;
  }
  const Configuration& configuration = loaded.configuration ? *loaded.configuration : defaults;
  loaded.actions.agents = configuration.agents.has_value();
  loaded.actions.executable = executable_types(loaded.actions.agents);
  loaded.actions.not_honoured = parameters_not_honoured(loaded.actions.agents);
  auto scripts = load_scripts(configuration.scripts);
  loaded.actions.scripts = scripts.parameters();
  loaded.scripts = std::move(scripts.scripts);
  std::ranges::move(scripts.diagnostics, std::back_inserter(loaded.diagnostics));

  auto read = load_rules(configuration, loaded.actions, request);
  std::ranges::move(read.diagnostics, std::back_inserter(loaded.diagnostics));
  loaded.refused = read.refused;
  loaded.rules = std::move(read.rules);
  loaded.stamps = std::move(read.stamps);
  return loaded;
}

LoadedRules load_rules(const Configuration& configuration, const ActionCatalogue& actions,
                       const LoadRequest& request) {
  LoadedRules loaded;
  // Before anything is read: what changes from here on shows as a change.
  loaded.stamps = stamps_of(watched_paths(configuration));
  auto schemas =
      load_schemas(request.schemas.empty() ? configuration.schemas : request.schemas, loaded.diagnostics);
  const auto& paths = request.rule_paths.empty() ? configuration.rules : request.rule_paths;
  const ReadContext context{actions, configuration.active_hours, configuration.placeholders};
  auto read = read_rules(paths, context);
  std::ranges::move(read.diagnostics, std::back_inserter(loaded.diagnostics));
  loaded.refused = read.refused;
  attach_responses(configuration.responses, context, read.rules, loaded.diagnostics);
  if (!schemas) return loaded;
  const CompileOptions options{request.ignore_logsource};
  auto compiled = RuleSet::compile(std::move(read.rules), *schemas, options);
  keep_to(configuration.rule_cost, *schemas, options, compiled);
  std::ranges::move(compiled.diagnostics, std::back_inserter(loaded.diagnostics));
  loaded.refused += compiled.refused;
  loaded.rules = std::move(compiled.rules);
  return loaded;
}

std::vector<std::string> watched_paths(const Configuration& configuration) {
  std::vector<std::string> paths = configuration.rules;
  paths.insert(paths.end(), configuration.responses.begin(), configuration.responses.end());
  std::ranges::copy_if(configuration.schemas, std::back_inserter(paths), is_file);
  return paths;
}

}  // namespace riposte
