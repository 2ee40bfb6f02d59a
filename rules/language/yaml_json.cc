#include "rules/language/yaml_json.h"

#include <nlohmann/json.hpp>

#include "rules/language/pattern.h"

namespace riposte {
namespace {

using Json = nlohmann::ordered_json;

struct JsonValue {
  const yaml::Node& node;

  Json operator()(bool value) const { return value; }
  Json operator()(std::int64_t value) const { return value; }
  Json operator()(std::uint64_t value) const { return value; }
  Json operator()(const Decimal& value) const { return value.value; }
  template <class Other>
  Json operator()(const Other& /*text*/) const {
    return node.text;
  }
};

Json document_of(const yaml::Node& node) {
  if (node.is_null()) return nullptr;
  if (node.is_scalar()) return std::visit(JsonValue{node}, typed_pattern(node).value);
  Json json = node.is_map() ? Json::object() : Json::array();
  for (const yaml::Entry& entry : node.entries) json[entry.key] = document_of(entry.value);
  for (const yaml::Node& item : node.items) json.push_back(document_of(item));
  return json;
}

}  // namespace

std::string json_of(const yaml::Node& node) {
  return document_of(node).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace riposte
