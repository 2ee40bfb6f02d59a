#include "tests/property/naive_rule.h"

#include <algorithm>
#include <array>

namespace riposte::naive {
namespace {

using Characters = std::vector<char32_t>;

/// Decodes UTF-8 and folds the few letters that the maker uses.
Characters folded(const std::string& text) {
  Characters out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0xFF >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    if (c >= U'A' && c <= U'Z') c += 32;
    if (c == U'É') c = U'é';
    if (c == U'ſ') c = U's';
    if (c == 0x212A) c = U'k';
    out.push_back(c);
    i += length;
  }
  return out;
}

struct Wanted {
  enum class Kind : std::uint8_t { character, one, any } kind;
  char32_t character = 0;
};

std::vector<Wanted> wanted(const std::string& pattern, const std::string& modifier) {
  std::vector<Wanted> out;
  if (modifier == "contains" || modifier == "endswith") out.push_back({Wanted::Kind::any});
  const Characters characters = folded(pattern);
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const char32_t c = characters[i];
    const char32_t next = i + 1 < characters.size() ? characters[i + 1] : 0;
    if (c == U'\\' && (next == U'\\' || next == U'*' || next == U'?')) {
      out.push_back({Wanted::Kind::character, next});
      ++i;
    } else {
      out.push_back({c == U'*'   ? Wanted::Kind::any
                     : c == U'?' ? Wanted::Kind::one
                                 : Wanted::Kind::character,
                     c});
    }
  }
  if (modifier == "contains" || modifier == "startswith") out.push_back({Wanted::Kind::any});
  return out;
}

bool fits(const std::vector<Wanted>& pattern, std::size_t p, const Characters& text, std::size_t t) {
  if (p == pattern.size()) return t == text.size();
  if (pattern[p].kind == Wanted::Kind::any)
    return fits(pattern, p + 1, text, t) || (t < text.size() && fits(pattern, p, text, t + 1));
  if (t == text.size()) return false;
  return (pattern[p].kind == Wanted::Kind::one || pattern[p].character == text[t]) &&
         fits(pattern, p + 1, text, t + 1);
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

bool text_fits(const Json& pattern, const std::string& modifier, const Json& value) {
  return !value.is_null() && fits(wanted(pattern.get<std::string>(), modifier), 0, folded(text_of(value)), 0);
}

bool value_fits(const Json& pattern, const std::string& modifier, const Json& value) {
  if (value.is_null()) return false;
  if (pattern.is_string()) return text_fits(pattern, modifier, value);
  if (pattern.is_boolean())
    return value == pattern ||
           (value.is_string() && folded(value.get<std::string>()) == folded(pattern.dump()));
  // As text: the JSON library holds -1 and the largest unsigned integer for equal.
  return (value.is_number() || value.is_string()) && text_of(value) == pattern.dump();
}

struct Found {
  bool something = false;  ///< an object or an empty list
  std::vector<Json> values;
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

bool pattern_holds(const Json& pattern, const std::string& modifier, const Found& found) {
  const bool nothing =
      !found.something && std::ranges::all_of(found.values, [](const Json& v) { return v.is_null(); });
  if (pattern.is_null()) return nothing;
  if (pattern.is_string()) {
    const auto parts = wanted(pattern.get<std::string>(), modifier);
    const bool only_any = !parts.empty() && std::ranges::all_of(parts, [](const Wanted& w) {
      return w.kind == Wanted::Kind::any;
    });
    if (only_any) return !nothing;
  }
  return std::ranges::any_of(found.values,
                             [&](const Json& value) { return value_fits(pattern, modifier, value); });
}

bool line_holds(const Line& line, const Json& event) {
  Found found;
  if (line.field.empty())
    all_strings(event, found);
  else
    look_up(event, line.field, found);
  const std::string modifier = line.field.empty() ? "contains" : line.modifier;
  const auto holds = [&](const Json& pattern) { return pattern_holds(pattern, modifier, found); };
  return line.all ? std::ranges::all_of(line.values, holds) : std::ranges::any_of(line.values, holds);
}

bool selection_holds(const NamedSelection& selection, const Json& event) {
  return std::ranges::any_of(selection.maps, [&](const Map& map) {
    return std::ranges::all_of(map, [&](const Line& line) { return line_holds(line, event); });
  });
}

bool node_holds(const Node& node, const RandomRule& rule, const Json& event) {
  if (node.quantifier) {
    std::vector<bool> answers;
    for (const NamedSelection& selection : rule.selections)
      if (selection.name.starts_with(node.name)) answers.push_back(selection_holds(selection, event));
    const auto yes = [](bool answer) { return answer; };
    return node.kind == Node::Kind::all_of ? std::ranges::all_of(answers, yes)
                                           : std::ranges::any_of(answers, yes);
  }
  const auto holds = [&](const Node& operand) { return node_holds(operand, rule, event); };
  switch (node.kind) {
    case Node::Kind::name:
      return selection_holds(*std::ranges::find(rule.selections, node.name, &NamedSelection::name), event);
    case Node::Kind::all_of:
      return std::ranges::all_of(node.operands, holds);
    case Node::Kind::any_of:
      return std::ranges::any_of(node.operands, holds);
    case Node::Kind::negation:
      return !holds(node.operands.front());
  }
  return false;
}

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
  if (!line.modifier.empty()) key += "|" + line.modifier;
  if (line.all) key += "|all";
  return Json(key).dump() + ": " +
         (line.values.size() == 1 && !line.all ? line.values.front().dump() : Json(line.values).dump());
}

}  // namespace

std::string RandomRule::yaml() const {
  std::string out = "title: random\nid: random\ndetection:\n";
  for (const NamedSelection& selection : selections) {
    out += "  " + selection.name + ":\n";
    if (selection.keywords) {
      for (const Json& value : selection.maps.front().front().values) out += "    - " + value.dump() + "\n";
      continue;
    }
    for (const Map& map : selection.maps)
      for (std::size_t i = 0; i < map.size(); ++i)
        out += (i == 0 ? "    - " : "      ") + written(map[i]) + "\n";
  }
  return out + "  condition: " + written(condition, 0) + "\n";
}

bool RandomRule::matches(const Json& event) const { return node_holds(condition, *this, event); }

std::string Maker::text(std::size_t length_max, bool with_wildcards) {
  static const std::array<std::string, 14> kLetters{"a",  "A", "b", "k", "s",      "S",  "1",
                                                    "\\", "é", "É", "ſ", "\u212A", "\n", "."};
  static const std::array<std::string, 4> kSpecial{"*", "?", "\\", "*"};
  std::string out;
  const std::size_t length = below(length_max + 1);
  for (std::size_t i = 0; i < length; ++i)
    out += below(with_wildcards ? 4 : 12) == 0 ? kSpecial[below(kSpecial.size())]
                                               : kLetters[below(kLetters.size())];
  return out;
}

Json Maker::rule_value(bool only_text) {
  if (only_text) return text(3, true);
  switch (below(8)) {
    case 0:
      return nullptr;
    case 1:
      return below(2) == 0;
    case 2:
      return static_cast<std::int64_t>(below(3)) - 1;
    case 3:
      return std::uint64_t{18446744073709551615U};
    default:
      return text(3, true);
  }
}

Json Maker::event_value(int depth) {
  switch (below(depth > 0 ? 12 : 9)) {
    case 0:
      return nullptr;
    case 1:
      return below(2) == 0;
    case 2:
      return static_cast<std::int64_t>(below(3)) - 1;
    case 3:
      return below(2) == 0 ? Json(18446744073709551615U) : Json("18446744073709551615");
    case 4:
      return below(2) == 0 ? "true" : "1";
    case 9:
    case 10: {
      Json list = Json::array();
      for (std::size_t i = below(3); i > 0; --i) list.push_back(event_value(depth - 1));
      return list;
    }
    case 11: {
      Json object = Json::object();
      static const std::array<std::string, 3> kNames{"a", "b", "b.c"};
      for (const std::string& name : kNames)
        if (below(2) == 0) object[name] = event_value(depth - 1);
      return object;
    }
    default:
      return text(5, false);
  }
}

Json Maker::event() {
  static const std::array<std::string, 5> kNames{"a", "b", "a.b", "a.b.c", "b.a"};
  Json event = Json::object();
  for (const std::string& name : kNames)
    if (below(2) == 0) event[name] = event_value(3);
  return event;
}

Line Maker::line() {
  static const std::array<std::string, 6> kFields{"a", "b", "a.b", "a.b.c", "b.a", "zz"};
  static const std::array<std::string, 6> kModifiers{"", "", "", "contains", "startswith", "endswith"};
  Line made;
  made.field = kFields[below(kFields.size())];
  made.modifier = kModifiers[below(kModifiers.size())];
  made.all = below(6) == 0;
  for (std::size_t i = below(3) + (made.all ? 2 : 1); i > 0; --i)
    made.values.push_back(rule_value(!made.modifier.empty()));
  return made;
}

NamedSelection Maker::selection(std::size_t number) {
  static const std::array<std::string, 3> kPrefixes{"sel", "filter", "s"};
  NamedSelection made;
  made.name = kPrefixes[below(kPrefixes.size())] + std::to_string(number);
  made.keywords = below(6) == 0;
  if (made.keywords) {
    Line words;
    for (std::size_t i = below(2) + 1; i > 0; --i) words.values.emplace_back(text(3, true));
    made.maps.push_back({words});
    return made;
  }
  for (std::size_t i = below(2) + 1; i > 0; --i) {
    Map map;
    for (std::size_t k = below(2) + 1; k > 0; --k) {
      Line next = line();
      const auto same_key = [&](const Line& other) {
        return other.field == next.field && other.modifier == next.modifier && other.all == next.all;
      };
      if (std::ranges::none_of(map, same_key)) map.push_back(std::move(next));
    }
    made.maps.push_back(std::move(map));
  }
  return made;
}

Node Maker::condition(const std::vector<NamedSelection>& selections, int depth) {
  const std::size_t choice = depth == 0 ? 0 : below(6);
  if (choice <= 1) return {Node::Kind::name, selections[below(selections.size())].name, false, {}};
  if (choice == 2) return {Node::Kind::negation, "", false, {condition(selections, depth - 1)}};
  if (choice == 3) {
    const std::string& name = selections[below(selections.size())].name;
    const std::string prefix = below(2) == 0 ? "" : name.substr(0, 1 + below(name.size()));
    return {below(2) == 0 ? Node::Kind::all_of : Node::Kind::any_of, prefix, true, {}};
  }
  Node made{choice == 4 ? Node::Kind::all_of : Node::Kind::any_of, "", false, {}};
  for (std::size_t i = below(2) + 2; i > 0; --i) made.operands.push_back(condition(selections, depth - 1));
  return made;
}

RandomRule Maker::rule() {
  RandomRule made;
  for (std::size_t i = below(3) + 1; i > 0; --i) made.selections.push_back(selection(i));
  made.condition = condition(made.selections, 3);
  return made;
}

}  // namespace riposte::naive
