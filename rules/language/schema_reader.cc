#include "rules/language/schema_reader.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "engine/base/nearest.h"
#include "engine/lifecycle/action.h"
#include "engine/lifecycle/severity.h"
#include "rules/language/map_reader.h"
#include "rules/language/shipped.h"

namespace riposte {
namespace {

std::optional<std::string> read_level(const yaml::Node& node, std::string_view key,
                                      Diagnostics& diagnostics) {
  std::optional<std::string> level = scalar_text(node, fmt::format("the level of '{}'", key), diagnostics);
  if (!level || parse_severity(*level)) return level;
  diagnostics.error(
      node, fmt::format("the level of '{}' must be one of {}, not '{}'{}", key,
                        fmt::join(kSeverityNames, ", "), *level, did_you_mean(*level, kSeverityNames)));
  return {};
}

std::map<std::string, std::string> read_values(MapReader map) {
  std::map<std::string, std::string> values;
  for (const yaml::Entry& entry : map.entries()) {
    std::string key = entry.key;
    for (char& c : key)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (auto level = read_level(entry.value, entry.key, map.diagnostics())) values[key] = std::move(*level);
  }
  return values;
}

std::vector<std::pair<double, std::string>> read_bounds(MapReader map) {
  std::vector<std::pair<double, std::string>> bounds;
  for (const yaml::Entry& entry : map.entries()) {
    double bound = 0;
    const auto [end, error] = std::from_chars(entry.key.data(), entry.key.data() + entry.key.size(), bound);
    if (error != std::errc{} || end != entry.key.data() + entry.key.size()) {
      map.diagnostics().error(entry, fmt::format("a lower bound must be a number, not '{}'", entry.key));
      continue;
    }
    if (auto level = read_level(entry.value, entry.key, map.diagnostics()))
      bounds.emplace_back(bound, std::move(*level));
  }
  std::ranges::sort(bounds);
  return bounds;
}

std::vector<SeveritySource> read_severity(MapReader& map) {
  std::vector<SeveritySource> sources;
  for (const yaml::Node& item : map.list("severity")) {
    MapReader source(item, "severity", map.diagnostics());
    SeveritySource made{source.required_text("path").value_or(""), {}};
    std::optional<MapReader> values = source.map("values");
    std::optional<MapReader> bounds = source.map("at_least");
    if (values.has_value() == bounds.has_value())
      map.diagnostics().error(item, "a severity needs either 'values' or 'at_least'");
    else if (values)
      made.scale = read_values(*values);
    else
      made.scale = read_bounds(*bounds);
    source.finish();
    sources.push_back(std::move(made));
  }
  return sources;
}

}  // namespace

std::optional<Schema> read_schema(std::string_view bytes, Diagnostics& diagnostics) {
  const std::optional<yaml::Node> node = yaml::parse(bytes, diagnostics);
  if (!node) return {};
  MapReader map(*node, "the schema", diagnostics);
  Schema schema;
  schema.name = map.required_text("name").value_or("");
  schema.title = map.text("title").value_or("");
  schema.severity = read_severity(map);
  if (std::optional<MapReader> fields = map.map("fields")) {
    for (const yaml::Entry& entry : fields->entries()) {
      MapReader line(fields->node(), "fields", diagnostics);
      std::vector<std::string> paths = line.texts(entry.key);
      if (paths.empty() && (entry.value.is_sequence() || entry.value.is_scalar()))
        diagnostics.error(entry, fmt::format("field '{}' has no path", entry.key));
      schema.fields[entry.key] = std::move(paths);
    }
  }
  map.finish();
  if (!diagnostics.ok()) return {};
  schema.digest = digest_of(bytes);
  return schema;
}

std::span<const std::string_view> shipped_schema_names() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> all;
    for (const ShippedSchema& shipped : shipped_schema_texts()) all.push_back(shipped.name);
    return all;
  }();
  return kNames;
}

Result<Schema> shipped_schema(std::string_view name) {
  const auto shipped = std::ranges::find(shipped_schema_texts(), name, &ShippedSchema::name);
  if (shipped == shipped_schema_texts().end())
    return fail(Errc::not_found, fmt::format("no schema named '{}'; there are {}{}", name,
                                             fmt::join(shipped_schema_names(), ", "),
                                             did_you_mean(name, shipped_schema_names())));
  Diagnostics diagnostics(fmt::format("rules/schemas/{}.yaml", name));
  std::optional<Schema> schema = read_schema(shipped->text, diagnostics);
  if (!schema) return fail(Errc::corrupt, diagnostics.all().front().text());
  return std::move(*schema);
}

}  // namespace riposte
