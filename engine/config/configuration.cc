#include "engine/config/configuration.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "engine/config/sections.h"

namespace riposte {
namespace config {

std::string resolve(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

namespace {

std::vector<std::string> resolved(const std::string& folder, const std::vector<std::string>& paths) {
  std::vector<std::string> result;
  for (const std::string& path : paths) result.push_back(resolve(folder, path));
  return result;
}

/// More than this in one event is no event; see also the source's own limits.
constexpr std::int64_t kEventBytesMax = std::int64_t{64} << 20;
constexpr std::int64_t kEventDepthMax = 1024;
constexpr int kWorkersMax = 256;

void read_limits(MapReader& map, Configuration& into) {
  auto limits = map.map("limits");
  if (!limits) return;
  if (const auto bytes = limits->integer("event_bytes", 1, kEventBytesMax))
    into.event_limits.bytes_max = static_cast<std::size_t>(*bytes);
  if (const auto depth = limits->integer("event_depth", 1, kEventDepthMax))
    into.event_limits.depth_max = static_cast<std::size_t>(*depth);
  if (const auto bytes = limits->integer("free_disk_bytes", 0))
    into.free_bytes_min = static_cast<std::uint64_t>(*bytes);
  if (const auto actions = limits->integer("open_actions", 1))
    into.open_actions_max = static_cast<std::size_t>(*actions);
  limits->finish();
}

void read_reload(MapReader& map, Configuration& into) {
  constexpr std::array<std::string_view, 2> kOnError{"refuse_all", "refuse_rule"};
  auto reload = map.map("reload");
  if (!reload) return;
  if (reload->one_of("on_error", kOnError) == kOnError.back())
    into.reload_on_error = ReloadOnError::refuse_rule;
  reload->finish();
}

void read_rule_cost(MapReader& map, Configuration& into) {
  constexpr std::array<std::string_view, 2> kAbove{"warn", "refuse"};
  auto section = map.map("rule_cost");
  if (!section) return;
  section->required("limit");
  if (const auto limit = section->one_of("limit", kCostClassNames))
    into.rule_cost.limit =
        static_cast<CostClass>(std::ranges::find(kCostClassNames, *limit) - kCostClassNames.begin());
  if (section->one_of("above", kAbove) == kAbove.back()) into.rule_cost.above = AboveRuleCost::refuse;
  section->finish();
}

void read_http(MapReader& map, Configuration& into) {
  auto section = map.map("http");
  if (!section) return;
  into.http.listen_address = section->text("listen").value_or(into.http.listen_address);
  if (const auto port = section->integer("port", 0, 65535))
    into.http.port = static_cast<std::uint16_t>(*port);
  into.http.metrics_public = section->boolean("metrics_public").value_or(into.http.metrics_public);
  section->finish();
}

void read_host(MapReader& map, Configuration& into) {
  auto host = map.map("host");
  if (!host) return;
  for (const std::string& name : host->texts("names")) into.host_names.insert(name);
  for (const std::string& path : host->texts("protected_executables"))
    into.protected_executables.insert(path);
  host->finish();
}

void read_placeholders(MapReader& map, Configuration& into) {
  auto section = map.map("placeholders");
  if (!section) return;
  for (const yaml::Entry& entry : section->entries()) {
    MapReader line(section->node(), "placeholders", map.diagnostics());
    into.placeholders[entry.key] = line.texts(entry.key);
    if (into.placeholders[entry.key].empty())
      map.diagnostics().error(entry, fmt::format("placeholder '{}' has no values", entry.key));
  }
}

void read_schemas(MapReader& map, const std::string& folder, Configuration& into) {
  const std::vector<std::string> schemas = map.texts("schema");
  if (!schemas.empty()) into.schemas.clear();
  for (const std::string& schema : schemas) {
    const bool is_file =
        schema.find('/') != std::string::npos || schema.ends_with(".yaml") || schema.ends_with(".yml");
    into.schemas.push_back(is_file ? resolve(folder, schema) : schema);
  }
}

void read_all(const yaml::Node& root, const std::string& folder, Diagnostics& diagnostics,
              Configuration& into) {
  MapReader map(root, "the configuration", diagnostics);
  into.data_directory = resolve(folder, map.required_text("data").value_or(""));
  into.rules = resolved(folder, map.texts("rules"));
  if (into.rules.empty()) diagnostics.error(root, "no rules: write \"rules: [a folder or files]\"");
  into.responses = resolved(folder, map.texts("responses"));
  into.scripts = resolved(folder, map.texts("scripts"));
  read_schemas(map, folder, into);
  if (const auto workers = map.integer("workers", 1, kWorkersMax)) into.workers = static_cast<int>(*workers);
  read_reload(map, into);
  read_rule_cost(map, into);
  read_limits(map, into);
  read_source(map, folder, into);
  read_dead_letters(map, folder, into);
  read_http(map, into);
  read_host(map, into);
  read_active_hours(map, into);
  read_placeholders(map, into);
  read_policy(map, into);
  read_people(map, into);
  read_agents(map, into);
  map.finish();
}

}  // namespace
}  // namespace config

ReadConfiguration read_configuration(const std::string& path) {
  Diagnostics diagnostics(path);
  Configuration configuration;
  const auto bytes = yaml::read_file(path);
  if (!bytes) {
    diagnostics.error(Location{path, 1, 1}, bytes.error().text());
    return {std::nullopt, diagnostics.take()};
  }
  if (const auto root = yaml::parse(*bytes, diagnostics)) {
    const std::string folder = std::filesystem::absolute(path).parent_path().string();
    config::read_all(*root, folder, diagnostics, configuration);
  }
  if (!diagnostics.ok()) return {std::nullopt, diagnostics.take()};
  return {std::move(configuration), diagnostics.take()};
}

}  // namespace riposte
