#include <algorithm>

#include <fmt/format.h>

#include "engine/base/ascii.h"
#include "engine/base/nearest.h"
#include "rules/language/schema_parts.h"
#include "rules/language/schema_reader.h"
#include "rules/language/shipped.h"

namespace riposte::schema_file {
namespace {

/// Schemas that lean on each other in a row; a circle ends here.
constexpr int kLikenessMax = 4;

std::vector<std::string> read_names(const yaml::Node& node, std::string_view what, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  const std::span<const yaml::Node> items = node.is_sequence() ? std::span(node.items) : std::span(&node, 1);
  for (const yaml::Node& item : items)
    if (const auto name = scalar_text(item, what, diagnostics)) names.push_back(lower_ascii(*name));
  return names;
}

OriginCase read_case(const yaml::Node& node, const std::string& kind, const Schema& schema,
                     Diagnostics& diagnostics) {
  OriginCase made;
  MapReader map(node, fmt::format("a case of '{}'", kind), diagnostics);
  if (const yaml::Node* when = map.find("when"))
    made.when = read_tests(*when, "when", {&schema}, diagnostics);
  if (const yaml::Node* is = map.find("is")) made.names = read_names(*is, "'is'", diagnostics);
  if (const auto name = map.text("field")) made.field = schema.lookup_of(*name);
  if (std::optional<MapReader> values = map.map("values"))
    for (const yaml::Entry& entry : values->entries())
      made.values[lower_ascii(entry.key)] =
          read_names(entry.value, fmt::format("the name of '{}'", entry.key), diagnostics);
  if (map.has("is") == map.has("field") || map.has("field") != map.has("values"))
    diagnostics.error(node, fmt::format("a case of '{}' needs either 'is', or 'field' and 'values'", kind));
  map.finish();
  return made;
}

OriginRule read_rule(const yaml::Node& node, const std::string& kind, const Schema& schema,
                     Diagnostics& diagnostics) {
  OriginRule rule;
  if (!node.is_map()) {
    rule.cases.emplace_back().names = read_names(node, fmt::format("'{}'", kind), diagnostics);
    return rule;
  }
  MapReader map(node, fmt::format("logsource.{}", kind), diagnostics);
  for (const yaml::Node& item : map.list("cases"))
    rule.cases.push_back(read_case(item, kind, schema, diagnostics));
  if (rule.cases.empty()) diagnostics.error(node, fmt::format("'{}' has no cases", kind));
  if (const yaml::Node* known = map.find("known_when"))
    rule.known_when = read_tests(*known, "known_when", {&schema}, diagnostics);
  map.finish();
  return rule;
}

void read_logsource(MapReader map, int depth, Schema& into);

/// The log source of a shipped schema, with this schema's fields.
void read_like(const std::string& name, const yaml::Node& at, int depth, Diagnostics& diagnostics,
               Schema& into) {
  const auto shipped = std::ranges::find(shipped_schema_texts(), name, &ShippedSchema::name);
  if (shipped == shipped_schema_texts().end() || depth == kLikenessMax) {
    diagnostics.error(at, fmt::format("'like' must name a shipped schema ({}), not '{}'{}",
                                      fmt::join(shipped_schema_names(), ", "), name,
                                      did_you_mean(name, shipped_schema_names())));
    return;
  }
  Diagnostics unheard(name);
  const std::optional<yaml::Node> root = yaml::parse(shipped->text, unheard);
  if (!root) return;
  MapReader map(*root, "the schema", unheard);
  if (std::optional<MapReader> logsource = map.map("logsource")) read_logsource(*logsource, depth + 1, into);
}

void read_logsource(MapReader map, int depth, Schema& into) {
  if (const auto like = map.text("like")) read_like(*like, *map.find("like"), depth, map.diagnostics(), into);
  if (const yaml::Node* node = map.find("product"))
    into.origin.product = read_rule(*node, "product", into, map.diagnostics());
  if (const yaml::Node* node = map.find("category"))
    into.origin.category = read_rule(*node, "category", into, map.diagnostics());
  if (const yaml::Node* node = map.find("service"))
    into.origin.service = read_rule(*node, "service", into, map.diagnostics());
  map.finish();
}

}  // namespace

void read_origin(MapReader& map, Schema& into) {
  if (std::optional<MapReader> logsource = map.map("logsource")) read_logsource(*logsource, 0, into);
}

}  // namespace riposte::schema_file
