// A random rule as YAML.
#include "tests/property/naive_rule.h"

namespace riposte::naive {
namespace {

/// Parentheses only where precedence needs them, so that precedence is tested.
std::string written(const Node& node, int around) {
  if (node.kind == Node::Kind::name) return node.name;
  if (node.quantifier)
    return (node.kind == Node::Kind::all_of ? "all of " : "1 of ") +
           (node.name.empty() ? "them" : node.name + "*");
  const int own = node.kind == Node::Kind::any_of ? 1 : node.kind == Node::Kind::all_of ? 2 : 3;
  std::string text;
  if (node.kind == Node::Kind::negation) {
    text = "not " + written(node.operands.front(), own);
  } else {
    for (const Node& operand : node.operands)
      text += (text.empty() ? "" : own == 1 ? " or " : " and ") + written(operand, own + 1);
  }
  return own < around ? "(" + text + ")" : text;
}

std::string written(const Line& line) {
  std::string key = line.field;
  for (const std::string& modifier : line.modifiers) key += "|" + modifier;
  if (line.all) key += "|all";
  if (line.negated) key += "|neq";
  return Json(key).dump() + ": " +
         (line.values.size() == 1 && !line.all ? line.values.front().dump() : Json(line.values).dump());
}

std::string written(const Detection& detection) {
  std::string out;
  for (const NamedSelection& selection : detection.selections) {
    out += "  " + selection.name + ":\n";
    if (selection.keywords) {
      for (const Json& value : selection.maps.front().front().values) out += "    - " + value.dump() + "\n";
      continue;
    }
    for (const Map& map : selection.maps)
      for (std::size_t i = 0; i < map.size(); ++i)
        out += (i == 0 ? "    - " : "      ") + written(map[i]) + "\n";
  }
  return out + "  condition: " + written(detection.condition, 0) + "\n";
}

}  // namespace

std::string RandomRule::yaml() const {
  std::string out = "title: random\nid: random\ndetection:\n" + written(detection);
  for (const Detection& filter : filters)
    out += "---\ntitle: filter\nfilter:\n  rules: [random]\n" + written(filter);
  return out;
}

}  // namespace riposte::naive
