#include "tests/property/naive_rule.h"

#include <algorithm>

namespace riposte::naive {
namespace {

struct Found {
  bool there = false;      ///< null included
  bool something = false;  ///< an object or an empty list
  std::vector<Json> values;

  bool nothing() const {
    return !something && std::ranges::all_of(values, [](const Json& v) { return v.is_null(); });
  }
};

void gather(const Json& value, Found& found) {
  if (value.is_object() || (value.is_array() && value.empty())) found.something = true;
  if (value.is_array())
    for (const Json& item : value) gather(item, found);
  else if (!value.is_object())
    found.values.push_back(value);
}

bool look_up(const Json& value, const std::string& path, Found& found) {
  if (value.is_array()) {
    bool any = false;
    for (const Json& item : value) any = look_up(item, path, found) || any;
    return any;
  }
  if (!value.is_object()) return false;
  for (std::size_t cut = path.size();;) {
    const std::string key = path.substr(0, cut);
    if (value.contains(key)) {
      if (cut == path.size()) {
        gather(value[key], found);
        return true;
      }
      if (look_up(value[key], path.substr(cut + 1), found)) return true;
    }
    cut = path.substr(0, cut).rfind('.');
    if (cut == std::string::npos) return false;
  }
}

void all_strings(const Json& value, Found& found) {
  if (value.is_string()) found.values.push_back(value);
  if (value.is_structured())
    for (const Json& item : value) all_strings(item, found);
}

Found found_at(const std::string& field, const Json& event) {
  Found found;
  if (field.empty())
    all_strings(event, found);
  else
    found.there = look_up(event, field, found);
  return found;
}

bool is_only_any(const Text& text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](const Wanted& wanted) { return wanted.kind == Wanted::Kind::any; });
}

bool takes_text(const std::vector<std::string>& modifiers) {
  static const std::vector<std::string> kOthers{"re",     "cidr", "gt",  "gte",  "lt",    "lte",
                                                "minute", "hour", "day", "week", "month", "year"};
  return modifiers.empty() || std::ranges::find(kOthers, modifiers.front()) == kOthers.end();
}

bool reference_holds(const Line& line, const Json& pattern, const Found& found, const Json& event) {
  const Found other = found_at(pattern.get<std::string>(), event);
  return std::ranges::any_of(found.values, [&](const Json& value) {
    return std::ranges::any_of(other.values, [&](const Json& wanted) {
      return !value.is_null() && !wanted.is_null() && refers(line.modifiers, value, wanted);
    });
  });
}

bool pattern_holds(const Line& line, const std::vector<std::string>& modifiers, const Json& pattern,
                   const Found& found, const Lists& lists) {
  if (pattern.is_null()) return found.nothing();
  if (pattern.is_string() && takes_text(modifiers))
    for (const Text& text : modified(text_of_value(pattern.get<std::string>()), modifiers, lists))
      if (is_only_any(text) && !line.field.empty()) return !found.nothing();
  return std::ranges::any_of(found.values, [&](const Json& value) {
    return !value.is_null() && value_fits(pattern, modifiers, lists, value);
  });
}

bool selection_holds(const NamedSelection& selection, const Json& event, const Lists& lists) {
  return std::ranges::any_of(selection.maps, [&](const Map& map) {
    return std::ranges::all_of(map, [&](const Line& line) { return line_holds(line, event, lists); });
  });
}

bool node_holds(const Node& node, const Detection& detection, const Json& event, const Lists& lists) {
  if (node.quantifier) {
    std::vector<bool> answers;
    for (const NamedSelection& selection : detection.selections)
      if (selection.name.starts_with(node.name)) answers.push_back(selection_holds(selection, event, lists));
    const auto yes = [](bool answer) { return answer; };
    return node.kind == Node::Kind::all_of ? std::ranges::all_of(answers, yes)
                                           : std::ranges::any_of(answers, yes);
  }
  const auto holds = [&](const Node& operand) { return node_holds(operand, detection, event, lists); };
  switch (node.kind) {
    case Node::Kind::name:
      return selection_holds(*std::ranges::find(detection.selections, node.name, &NamedSelection::name),
                             event, lists);
    case Node::Kind::all_of:
      return std::ranges::all_of(node.operands, holds);
    case Node::Kind::any_of:
      return std::ranges::any_of(node.operands, holds);
    case Node::Kind::negation:
      return !holds(node.operands.front());
  }
  return false;
}

}  // namespace

bool line_holds(const Line& line, const Json& event, const Lists& lists) {
  const Found found = found_at(line.field, event);
  const std::string first = line.modifiers.empty() ? "" : line.modifiers.front();
  const std::vector<std::string> modifiers =
      line.field.empty() ? std::vector<std::string>{"contains"} : line.modifiers;
  const auto holds = [&](const Json& pattern) {
    if (first == "exists") return found.there == pattern.get<bool>();
    if (first == "fieldref") return reference_holds(line, pattern, found, event);
    return pattern_holds(line, modifiers, pattern, found, lists);
  };
  const bool holds_plainly =
      line.all ? std::ranges::all_of(line.values, holds) : std::ranges::any_of(line.values, holds);
  return holds_plainly != line.negated;
}

bool Detection::holds(const Json& event, const Lists& lists) const {
  return node_holds(condition, *this, event, lists);
}

bool RandomRule::matches(const Json& event) const {
  return detection.holds(event, lists) &&
         std::ranges::all_of(filters, [&](const Detection& filter) { return filter.holds(event, lists); });
}

}  // namespace riposte::naive
