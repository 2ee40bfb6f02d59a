#include "tests/property/maker.h"

#include <algorithm>
#include <array>

namespace riposte::naive {
namespace {

using Modifiers = std::vector<std::string>;

const std::vector<Modifiers>& chains() {
  static const std::vector<Modifiers> kChains{{},
                                              {"contains"},
                                              {"startswith"},
                                              {"endswith"},
                                              {"cased"},
                                              {"contains", "cased"},
                                              {"cased", "endswith"},
                                              {"windash"},
                                              {"windash", "contains"},
                                              {"startswith", "windash"},
                                              {"windash", "contains", "cased"},
                                              {"expand"},
                                              {"expand", "contains"},
                                              {"endswith", "expand"},
                                              {"cased", "expand"},
                                              {"base64"},
                                              {"base64", "cased"},
                                              {"base64offset", "contains"},
                                              {"base64offset", "contains", "cased"},
                                              {"windash", "base64"},
                                              {"windash", "wide", "base64offset", "contains"},
                                              {"wide", "base64offset", "contains"},
                                              {"wide", "contains"},
                                              {"utf16le", "base64"},
                                              {"utf16be", "startswith"},
                                              {"utf16be", "base64offset", "contains"},
                                              {"utf16", "base64"},
                                              {"utf16"},
                                              {"utf16", "cased", "contains"},
                                              {"re"},
                                              {"re", "i"},
                                              {"re", "m"},
                                              {"re", "s"},
                                              {"re", "i", "m", "s"},
                                              {"cidr"},
                                              {"gt"},
                                              {"gte"},
                                              {"lt"},
                                              {"lte"},
                                              {"exists"},
                                              {"fieldref"},
                                              {"fieldref", "contains"},
                                              {"fieldref", "startswith"},
                                              {"fieldref", "endswith"},
                                              {"fieldref", "cased"},
                                              {"fieldref", "endswith", "cased"},
                                              {"minute"},
                                              {"hour"},
                                              {"day"},
                                              {"week"},
                                              {"month"},
                                              {"year"}};
  return kChains;
}

bool is_in(const Modifiers& modifiers, const std::string& wanted) {
  return std::ranges::count(modifiers, wanted) > 0;
}

bool is_encoding(const Modifiers& modifiers) {
  return std::ranges::any_of(modifiers, [](const std::string& modifier) {
    return modifier.starts_with("base64") || modifier.starts_with("utf16") || modifier == "wide";
  });
}

const std::vector<std::string> kFields{"a", "b", "a.b", "a.b.c", "b.a", "zz"};
const std::vector<Json> kNumbers{-1, 0, 1, 1.5, -0.5, 0.1, 18446744073709551615U, 11};

}  // namespace

const Lists& Maker::lists() {
  static const Lists kLists{{"few", {"a", "b1"}}, {"wild", {"s*", "?", ""}}, {"odd", {"\u00E9", "\\*"}}};
  return kLists;
}

std::string Maker::text(std::size_t length_max, bool with_wildcards) {
  static const std::vector<std::string> kLetters{"a", "A", "b", "k",      "s",  "S", "1", "\\",
                                                 "é", "É", "ſ", "\u212A", "\n", ".", "-", "\u2013"};
  static const std::vector<std::string> kSpecial{"*", "?", "\\", "*"};
  std::string out;
  const std::size_t length = below(length_max + 1);
  for (std::size_t i = 0; i < length; ++i)
    out += below(with_wildcards ? 4 : 12) == 1 ? one_of(kSpecial) : one_of(kLetters);
  return out;
}

Json Maker::untyped_value() {
  switch (below(8)) {
    case 0:
      return nullptr;
    case 1:
      return below(2) == 0;
    case 2:
    case 3:
      return one_of(kNumbers);
    default:
      return text(3, true);
  }
}

std::string Maker::expandable_text() {
  static const std::vector<std::string> kPlaceholders{"%few%", "%wild%", "%odd%", "\\%few%", "%", "50%"};
  return text(1, true) + one_of(kPlaceholders) + text(1, true);
}

Json Maker::value_for(const Modifiers& modifiers) {
  static const std::vector<std::string> kPlain{"a", "ab", "-a", "", "A1b", "\\*", "a-b /k", "b\\"};
  static const std::vector<std::string> kWithDashes{"-a", "/b1", " -k", "-\u00E9", "a-b", "-"};
  static const std::vector<std::string> kNetworks{"10.0.0.0/8", "10.1.2.3", "fe80::/10", "0.0.0.0/0", "::/0"};
  static const std::vector<std::int64_t> kParts{0, 1, 2, 3, 12, 23, 29, 30, 31, 53, 59, 1970, 2024, 1969, -1};
  if (modifiers.empty()) return untyped_value();
  const std::string& first = modifiers.front();
  if (is_encoding(modifiers)) return one_of(kPlain);
  if (is_in(modifiers, "expand")) return expandable_text();
  if (is_in(modifiers, "windash")) return text(1, true) + one_of(kWithDashes) + text(1, true);
  if (first == "re") return one_of(expressions());
  if (first == "cidr") return one_of(kNetworks);
  if (first == "fieldref") return one_of(kFields);
  if (first == "exists") return below(2) == 0;
  if (first.starts_with("g") || first.starts_with("l")) return one_of(kNumbers);
  for (const char* part : {"minute", "hour", "day", "week", "month", "year"})
    if (first == part) return one_of(kParts);
  return text(3, true);
}

/// What a line would like to see, and what is a little beside it.
void Maker::note_likely(const Line& line) {
  const std::string first = line.modifiers.empty() ? "" : line.modifiers.front();
  if (first == "cidr")
    for (const auto& [address, networks] : addresses_inside()) likely_.emplace_back(address);
  for (const char* part : {"minute", "hour", "day", "week", "month", "year"})
    if (first == part)
      for (const auto& [moment, seconds] : moments())
        likely_.insert(likely_.end(), {moment, seconds, seconds * 1000 + 1, std::to_string(seconds)});
  if (first == "re") likely_.insert(likely_.end(), {"ka.s", "b\nk1b", "S\n", "Éa\n1b", ""});
  for (const Json& value : line.values) {
    if (value.is_number())
      likely_.insert(likely_.end(), {value, value.dump(), 253402300799999, -253402300799999});
    if (!value.is_string() || first == "re" || first == "cidr" || first == "fieldref") continue;
    for (const Text& one : modified(text_of_value(value.get<std::string>()), line.modifiers, lists()))
      if (const auto wanted = sample(one)) likely_.emplace_back(*wanted);
  }
}

Json Maker::likely_value() {
  Json value = one_of(likely_);
  // With more around it, an address would be another one.
  const bool address = value.is_string() && addresses_inside().contains(value.get<std::string>());
  if (!value.is_string() || address || below(4) != 1) return value;
  return text(2, false) + value.get<std::string>() + text(1, false);
}

Json Maker::event_value(int depth) {
  if (!likely_.empty() && below(3) != 0) return likely_value();
  switch (below(depth > 0 ? 12 : 9)) {
    case 0:
      return nullptr;
    case 1:
      return below(2) == 0;
    case 2:
      return one_of(kNumbers);
    case 3:
      return one_of(kNumbers).dump();
    case 4:
      return "true";
    case 9:
    case 10: {
      Json list = Json::array();
      for (std::size_t i = below(3); i > 0; --i) list.push_back(event_value(depth - 1));
      return list;
    }
    case 11: {
      Json object = Json::object();
      for (const char* name : {"a", "b", "b.c"})
        if (below(2) == 1) object[name] = event_value(depth - 1);
      return object;
    }
    default:
      return text(5, false);
  }
}

Json Maker::event() {
  Json event = Json::object();
  for (const char* name : {"a", "b", "a.b", "a.b.c", "b.a"})
    if (below(2) == 1) event[name] = event_value(3);
  return event;
}

Line Maker::line() {
  Line made;
  made.field = one_of(kFields);
  if (below(3) != 0) made.modifiers = one_of(chains());
  made.all = below(6) == 1;
  made.negated = below(8) == 1;
  for (std::size_t i = below(3) + (made.all ? 2 : 1); i > 0; --i)
    made.values.push_back(value_for(made.modifiers));
  note_likely(made);
  return made;
}

Line Maker::keywords() {
  Line words;
  for (std::size_t i = below(2) + 1; i > 0; --i) words.values.emplace_back(text(3, true));
  note_likely(words);
  return words;
}

NamedSelection Maker::selection(std::size_t number) {
  static const std::vector<std::string> kPrefixes{"sel", "filter", "s"};
  NamedSelection made;
  made.name = one_of(kPrefixes) + std::to_string(number);
  made.keywords = below(8) == 1;
  if (made.keywords) {
    made.maps.push_back({keywords()});
    return made;
  }
  for (std::size_t i = below(2) + 1; i > 0; --i) {
    Map map;
    for (std::size_t k = below(2) + 1; k > 0; --k) {
      Line next = below(10) == 1 ? keywords() : line();
      if (next.field.empty()) next.all = true;
      const auto same_key = [&](const Line& other) {
        return other.field == next.field && other.modifiers == next.modifiers && other.all == next.all &&
               other.negated == next.negated;
      };
      if (std::ranges::none_of(map, same_key)) map.push_back(std::move(next));
    }
    made.maps.push_back(std::move(map));
  }
  return made;
}

Node Maker::condition(const std::vector<NamedSelection>& selections, int depth) {
  const std::size_t choice = depth == 0 ? 0 : below(6);
  if (choice <= 1) return {Node::Kind::name, one_of(selections).name, false, {}};
  if (choice == 2) return {Node::Kind::negation, "", false, {condition(selections, depth - 1)}};
  if (choice == 3) {
    const std::string& name = one_of(selections).name;
    const std::string prefix = below(2) == 0 ? "" : name.substr(0, 1 + below(name.size()));
    return {below(2) == 0 ? Node::Kind::all_of : Node::Kind::any_of, prefix, true, {}};
  }
  Node made{choice == 4 ? Node::Kind::all_of : Node::Kind::any_of, "", false, {}};
  for (std::size_t i = below(2) + 2; i > 0; --i) made.operands.push_back(condition(selections, depth - 1));
  return made;
}

Detection Maker::detection() {
  Detection made;
  for (std::size_t i = below(3) + 1; i > 0; --i) made.selections.push_back(selection(i));
  made.condition = condition(made.selections, 3);
  return made;
}

RandomRule Maker::rule() {
  likely_.clear();
  RandomRule made;
  made.lists = lists();
  made.detection = detection();
  if (below(6) == 1) made.filters.push_back(detection());
  return made;
}

}  // namespace riposte::naive
