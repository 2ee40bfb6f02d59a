#include "tests/property/naive_value.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <regex>

namespace riposte::naive {
namespace {

bool has(const std::vector<std::string>& modifiers, const std::string& wanted) {
  return std::ranges::find(modifiers, wanted) != modifiers.end();
}

// ---- numbers

/// Whole numbers exactly, all others as JSON's readers have them.
std::optional<long double> number_in(const Json& value) {
  static const std::regex kWhole("-?[0-9]{1,19}");
  static const std::regex kNumber("-?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?");
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return {};
  const std::string text = value.get<std::string>();
  if (text == "18446744073709551615") return 18446744073709551615U;
  if (std::regex_match(text, kWhole)) return std::stoll(text);
  if (std::regex_match(text, kNumber)) return std::strtod(text.c_str(), nullptr);
  return {};
}

bool compares(const std::string& modifier, long double value, long double bound) {
  return modifier == "gt"    ? value > bound
         : modifier == "gte" ? value >= bound
         : modifier == "lt"  ? value < bound
                             : value <= bound;
}

// ---- time

std::optional<std::time_t> seconds_in(const Json& value) {
  if (value.is_string() && moments().contains(value.get<std::string>()))
    return moments().at(value.get<std::string>());
  static const std::regex kWhole("-?[0-9]{1,15}");
  const std::string text = written_text(value);
  if ((!value.is_string() && !value.is_number_integer()) || !std::regex_match(text, kWhole)) return {};
  const std::int64_t number = std::stoll(text);
  if (number <= -253402300800000 || number >= 253402300800000) return {};
  if (number > -100000000000 && number < 100000000000) return number;
  return number / 1000 - (number % 1000 < 0 ? 1 : 0);
}

std::string part_of(std::time_t seconds, const std::string& modifier) {
  static const std::map<std::string, const char*> kFormats{{"minute", "%M"}, {"hour", "%H"},  {"day", "%d"},
                                                           {"week", "%V"},   {"month", "%m"}, {"year", "%Y"}};
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), kFormats.at(modifier), &parts);
  return text.data();
}

// ---- regular expressions

struct Expression {
  Characters text;
  bool ignore_case, lines, dot_is_all;

  bool is(std::size_t at, char32_t wanted) const {
    return at < text.size() && (text[at] == wanted || (ignore_case && folded(text[at]) == wanted));
  }
  bool begins(std::size_t at) const { return at == 0 || (lines && text[at - 1] == U'\n'); }
  bool ends(std::size_t at) const { return at == text.size() || (lines && text[at] == U'\n'); }
  bool one_or_b(std::size_t at) const { return is(at, U'1') || is(at, U'b'); }
};

using Judge = bool (*)(const Expression&, std::size_t at);
/// Each found when it holds at some place.
const std::map<std::string, Judge>& judges() {
  static const std::map<std::string, Judge> kJudges{
      {"a.b?",
       [](const Expression& e, std::size_t at) {
         return e.is(at, U'a') && at + 1 < e.text.size() && (e.dot_is_all || e.text[at + 1] != U'\n');
       }},
      {"^k", [](const Expression& e, std::size_t at) { return e.begins(at) && e.is(at, U'k'); }},
      {"s$", [](const Expression& e, std::size_t at) { return e.is(at, U's') && e.ends(at + 1); }},
      {"^$", [](const Expression& e, std::size_t at) { return e.begins(at) && e.ends(at); }},
      {"\\.", [](const Expression& e, std::size_t at) { return e.is(at, U'.'); }},
      {"[1b]{2}", [](const Expression& e, std::size_t at) { return e.one_or_b(at) && e.one_or_b(at + 1); }},
      {"\xC3\xA9", [](const Expression& e, std::size_t at) { return e.is(at, U'é'); }}};
  return kJudges;
}

bool expression_found(const std::string& expression, const std::vector<std::string>& modifiers,
                      const Json& value) {
  const Expression tried{characters_of(written_text(value)), has(modifiers, "i"), has(modifiers, "m"),
                         has(modifiers, "s")};
  for (std::size_t at = 0; at <= tried.text.size(); ++at)
    if (judges().at(expression)(tried, at)) return true;
  return false;
}

// ---- plain values

bool typed_fits(const Json& pattern, const Json& value) {
  if (pattern.is_boolean())
    return value == pattern || (value.is_string() && folded(characters_of(value.get<std::string>())) ==
                                                         characters_of(pattern.dump()));
  // As text: the JSON library holds -1 and the largest unsigned integer for equal.
  return (value.is_number() || value.is_string()) && written_text(value) == pattern.dump();
}

}  // namespace

std::string written_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool value_fits(const Json& pattern, const std::vector<std::string>& modifiers, const Lists& lists,
                const Json& value) {
  const std::string first = modifiers.empty() ? "" : modifiers.front();
  if (first == "re") return expression_found(pattern.get<std::string>(), modifiers, value);
  if (first == "cidr")
    return value.is_string() && addresses_inside().contains(value.get<std::string>()) &&
           has(addresses_inside().at(value.get<std::string>()), pattern.get<std::string>());
  if (first == "gt" || first == "gte" || first == "lt" || first == "lte") {
    const auto number = number_in(value);
    return number && compares(first, *number, *number_in(pattern));
  }
  for (const char* part : {"minute", "hour", "day", "week", "month", "year"}) {
    if (first != part) continue;
    const auto seconds = seconds_in(value);
    return seconds && std::stoll(part_of(*seconds, first)) == pattern.get<std::int64_t>();
  }
  if (!pattern.is_string()) return typed_fits(pattern, value);
  const auto texts = modified(text_of_value(pattern.get<std::string>()), modifiers, lists);
  const Characters characters = characters_of(written_text(value));
  return std::ranges::any_of(
      texts, [&](const Text& text) { return fits(text, characters, has(modifiers, "cased")); });
}

bool refers(const std::vector<std::string>& modifiers, const Json& value, const Json& other) {
  Text text;
  for (const char32_t c : characters_of(written_text(other)))
    text.push_back({Wanted::Kind::character, c, {}});
  if (has(modifiers, "contains") || has(modifiers, "endswith"))
    text.insert(text.begin(), {Wanted::Kind::any, 0, {}});
  if (has(modifiers, "contains") || has(modifiers, "startswith")) text.push_back({Wanted::Kind::any, 0, {}});
  return fits(text, characters_of(written_text(value)), has(modifiers, "cased"));
}

const std::map<std::string, std::vector<std::string>>& addresses_inside() {
  static const std::map<std::string, std::vector<std::string>> kAddresses{
      {"10.1.2.3", {"10.0.0.0/8", "10.1.2.3", "0.0.0.0/0"}},
      {"11.0.0.1", {"0.0.0.0/0"}},
      {"fe80::1", {"fe80::/10", "::/0"}},
      {"FEBF::", {"fe80::/10", "::/0"}},
      {"::ffff:10.1.2.3", {"::/0"}},
      {"010.1.2.3", {}},
      {"10.1.2", {}}};
  return kAddresses;
}

const std::map<std::string, std::int64_t>& moments() {
  static const std::map<std::string, std::int64_t> kMoments{{"1970-01-01T00:00:00Z", 0},
                                                            {"1969-12-31T23:59:59.999Z", -1},
                                                            {"2024-12-30T01:02:03Z", 1735520523},
                                                            {"2024-02-29 05:30:00+02:00", 1709177400},
                                                            {"2021-01-03t23:59:59-00:01", 1609718459}};
  return kMoments;
}

std::vector<std::string> expressions() {
  std::vector<std::string> all;
  for (const auto& [expression, judge] : judges()) all.push_back(expression);
  return all;
}

}  // namespace riposte::naive
