#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "engine/base/ascii.h"
#include "engine/base/nearest.h"
#include "engine/lifecycle/severity.h"
#include "rules/language/schema_parts.h"

namespace riposte::schema_file {
namespace {

constexpr std::string_view kCanonical = "fields";
constexpr std::string_view kSigma = "sigma";

void add_fields(MapReader& map, std::string_view key, const Names& names,
                const std::vector<std::string>& no_value, Diagnostics& diagnostics, Schema& into) {
  std::optional<MapReader> fields = map.map(key);
  if (!fields) return;
  for (const yaml::Entry& entry : fields->entries()) {
    FieldLookup lookup{read_ways(entry.value, entry.key, names, diagnostics), no_value};
    if (!into.fields.emplace(entry.key, std::move(lookup)).second)
      diagnostics.error(entry, fmt::format("field '{}' stands in '{}' and in '{}'; keep one of them",
                                           entry.key, kCanonical, kSigma));
  }
}

void add_all_fields(MapReader& map, const Names& names, Diagnostics& diagnostics, Schema& into) {
  into.fields.clear();
  add_fields(map, kCanonical, names, map.texts("no_value"), diagnostics, into);
  add_fields(map, kSigma, names, {}, diagnostics, into);
}

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
  for (const yaml::Entry& entry : map.entries())
    if (auto level = read_level(entry.value, entry.key, map.diagnostics()))
      values[lower_ascii(entry.key)] = std::move(*level);
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

}  // namespace

void read_fields(MapReader& map, Schema& into) {
  // Conditions name fields that may stand further down: what the names mean is found out in a first reading,
  // whose complaints the second one repeats.
  Diagnostics unheard(map.diagnostics().file());
  Schema meaning = into;
  MapReader first_reading(map.node(), map.what(), unheard);
  add_all_fields(first_reading, {}, unheard, meaning);
  add_all_fields(map, {&meaning, false}, map.diagnostics(), into);
}

void read_severity(MapReader& map, Schema& into) {
  for (const yaml::Node& item : map.list("severity")) {
    MapReader source(item, "severity", map.diagnostics());
    SeveritySource made{source.required_text("path").value_or(""), {}};
    if (!made.path.empty()) check_path(made.path, *source.find("path"), map.diagnostics());
    std::optional<MapReader> values = source.map("values");
    std::optional<MapReader> bounds = source.map("at_least");
    if (values.has_value() == bounds.has_value())
      map.diagnostics().error(item, "a severity needs either 'values' or 'at_least'");
    else if (values)
      made.scale = read_values(*values);
    else
      made.scale = read_bounds(*bounds);
    source.finish();
    into.severity.push_back(std::move(made));
  }
}

}  // namespace riposte::schema_file
