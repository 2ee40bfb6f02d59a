#include "rules/language/schema_reader.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/base/nearest.h"
#include "engine/lifecycle/action.h"
#include "rules/language/schema_parts.h"
#include "rules/language/shipped.h"

namespace riposte {
namespace {

constexpr std::array<std::string_view, 3> kKeySpellings{"as_written", "lower_first", "without_blanks"};

void read_detect(MapReader& map, Schema& into) {
  const yaml::Node* node = map.find("detect");
  if (node == nullptr) return;
  const std::span<const yaml::Node> shapes =
      node->is_sequence() ? std::span(node->items) : std::span(node, 1);
  for (const yaml::Node& shape : shapes)
    into.detect.push_back(schema_file::read_tests(shape, "detect", {}, map.diagnostics()));
  if (shapes.empty())
    map.diagnostics().error(*node, "'detect' has no shape; leave it out when every event is of this format");
}

void read_elsewhere(MapReader& map, Schema& into) {
  for (const yaml::Node& item : map.list("elsewhere")) {
    FieldContainer container;
    if (item.is_scalar()) {
      container.path = item.text;
      schema_file::check_path(item.text, item, map.diagnostics());
    } else {
      MapReader entry(item, "elsewhere", map.diagnostics());
      container.path = entry.required_text("in").value_or("");
      if (const auto keys = entry.one_of("keys", kKeySpellings))
        container.keys = static_cast<FieldContainer::Keys>(std::ranges::find(kKeySpellings, *keys) -
                                                           kKeySpellings.begin());
      entry.finish();
    }
    into.elsewhere.push_back(std::move(container));
  }
}

}  // namespace

std::optional<Schema> read_schema(std::string_view bytes, Diagnostics& diagnostics) {
  const std::optional<yaml::Node> node = yaml::parse(bytes, diagnostics);
  if (!node) return {};
  MapReader map(*node, "the schema", diagnostics);
  Schema schema;
  schema.name = map.required_text("name").value_or("");
  schema.title = map.text("title").value_or("");
  read_detect(map, schema);
  schema.body = schema_file::read_paths(map, "body");
  read_elsewhere(map, schema);
  schema_file::read_severity(map, schema);
  schema_file::read_fields(map, schema);
  schema_file::read_origin(map, schema);
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

std::vector<Schema> shipped_schemas() {
  std::vector<Schema> schemas;
  for (const std::string_view name : shipped_schema_names())
    if (auto schema = shipped_schema(name)) schemas.push_back(*std::move(schema));
  return schemas;
}

Schema generic_schema() {
  Schema schema;
  schema.name = "generic";
  schema.title = "No known format";
  return schema;
}

}  // namespace riposte
