#include "rules/language/parameters.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/nearest.h"
#include "engine/lifecycle/target.h"

namespace riposte {
namespace {

/// What names the target itself ("pid", "path", "script"); it has a key of its own in the template.
bool names_target(ActionType type, std::string_view parameter) {
  return parameter == target_spec_of(type).parameter ||
         (type == ActionType::run_script && parameter == "script");
}

/// What the template may set.
std::vector<ParameterSpec> parameters_for(const ActionTemplate& made, const ActionCatalogue& actions) {
  std::vector<ParameterSpec> specs;
  for (const ParameterSpec& spec : parameters_of(made.type))
    if (!names_target(made.type, spec.name) && actions.may_have(made.type, spec.name)) specs.push_back(spec);
  const auto of_script = actions.parameters_of_script(made.script);
  specs.insert(specs.end(), of_script.begin(), of_script.end());
  return specs;
}

std::optional<Value> read_literal(const yaml::Node& node, const ParameterSpec& spec,
                                  Diagnostics& diagnostics) {
  if (!node.is_scalar()) {
    diagnostics.error(
        node, fmt::format("parameter '{}' must be a value, or a map with 'field' and 'default', not {}",
                          spec.name, yaml::describe(node)));
    return {};
  }
  Value value = node.text;
  if (const auto flag = yaml::as_boolean(node)) value = *flag;
  if (const auto number = yaml::as_integer(node)) value = *number;
  Result<Value> conforming = conform(value, spec);
  if (!conforming) {
    diagnostics.error(node, fmt::format("parameter '{}': {}", spec.name, conforming.error().what));
    return {};
  }
  if (node.text.find("{{") != std::string::npos)
    diagnostics.warning(node, fmt::format("parameter '{}' is taken as it is written; to read a field, write "
                                          "'{}: {{field: name}}'",
                                          spec.name, spec.name));
  return std::move(*conforming);
}

ParameterSource read_source(const yaml::Entry& entry, const ParameterSpec& spec, Diagnostics& diagnostics) {
  ParameterSource source;
  if (!entry.value.is_map()) {
    source.value = read_literal(entry.value, spec, diagnostics);
    return source;
  }
  MapReader map(entry.value, fmt::format("parameter '{}'", entry.key), diagnostics);
  source.field = map.required_text("field").value_or("");
  if (const yaml::Node* fallback = map.find("default"))
    source.value = read_literal(*fallback, spec, diagnostics);
  map.finish();
  return source;
}

std::string owner_of(const ActionTemplate& made) {
  return made.script.empty() ? std::string(name_of(made.type)) : fmt::format("script '{}'", made.script);
}

void report_unknown(const yaml::Entry& entry, const ActionTemplate& made,
                    const std::vector<ParameterSpec>& specs, const ActionCatalogue& actions,
                    Diagnostics& diagnostics) {
  if (const auto honoured = actions.may_have(made.type, entry.key); !honoured) {
    diagnostics.error(entry, honoured.error().what);
    return;
  }
  const TargetSpec& target = target_spec_of(made.type);
  if (!target.field.empty() && entry.key == target.parameter) {
    diagnostics.error(entry, fmt::format("the {} is named by 'field: {}' beside 'action', not by a parameter",
                                         target.noun, target.field));
    return;
  }
  std::vector<std::string_view> names;
  for (const ParameterSpec& spec : specs) names.push_back(spec.name);
  std::string cure = did_you_mean(entry.key, names);
  if (cure.empty())
    cure = names.empty() ? "; it takes none" : fmt::format("; it takes: {}", fmt::join(names, ", "));
  diagnostics.error(entry, fmt::format("{} has no parameter '{}'{}", owner_of(made), entry.key, cure));
}

}  // namespace

std::map<std::string, ParameterSource> read_parameters(MapReader& response, const ActionTemplate& made,
                                                       const ActionCatalogue& actions) {
  std::map<std::string, ParameterSource> parameters;
  std::optional<MapReader> map = response.map("parameters");
  // What an unknown script takes cannot be told; its name has been reported.
  if (made.type == ActionType::run_script && !actions.scripts.contains(made.script)) return parameters;
  const std::vector<ParameterSpec> specs = parameters_for(made, actions);
  if (map) {
    for (const yaml::Entry& entry : map->entries()) {
      const auto spec = std::ranges::find(specs, entry.key, &ParameterSpec::name);
      if (spec == specs.end())
        report_unknown(entry, made, specs, actions, response.diagnostics());
      else
        parameters[entry.key] = read_source(entry, *spec, response.diagnostics());
    }
  }
  for (const ParameterSpec& spec : specs)
    if (spec.required && !parameters.contains(spec.name))
      response.diagnostics().error(
          map ? map->node() : response.node(),
          fmt::format("{} needs parameter '{}' ({}); write '{}: {{field: …}}' under 'parameters'",
                      owner_of(made), spec.name, name_of(spec.kind), spec.name));
  return parameters;
}

}  // namespace riposte
