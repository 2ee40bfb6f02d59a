// What modifiers make of values, computed by pySigma. Both sides are written down in one plain form and
// compared.
#include "rules/language/modifiers.h"

#include <array>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/language/pattern.h"
#include "tests/support/test_data.h"

namespace riposte {
namespace {

using Json = nlohmann::json;
/// One value's patterns, in any order.
using Forms = std::multiset<std::string>;

/// `docs/decisions/007-where-sigma-sources-disagree.md` says why.
const std::set<std::pair<std::string, std::string>> kOtherModifiers{
    {"f|utf16le|base64", "*"},
    {"f|utf16|base64", "*"},
    {"f|hour", "3.5"},
    {"f|base64offset|contains", "\"日本\""},
    {"f|wide|base64offset|contains", "\"日本\""}};

bool decided_otherwise(const Json& tested) {
  const std::string key = tested["key"];
  return kOtherModifiers.contains({key, "*"}) || kOtherModifiers.contains({key, tested["value"].dump()});
}

// ---- the reference's side

std::string form_of_pattern(const Json& value) {
  std::string form;
  for (const Json& piece : value["pattern"]) {
    if (piece.is_string()) form += piece.get<std::string>();
    // Adjacent `*` match what one matches.
    const bool again = piece.contains("wild") && piece["wild"] == "*" && form.ends_with("{*}");
    if (piece.contains("wild") && !again) form += "{" + piece["wild"].get<std::string>() + "}";
    if (piece.contains("placeholder")) form += "<" + piece["placeholder"].get<std::string>() + ">";
  }
  return (value["cased"].get<bool>() ? "cased:" : "text:") + form;
}

/// Flags in front of the expression and flags beside it say the same.
std::string regex_form(std::string expression, std::set<char> flags) {
  while (expression.starts_with("(?") && expression.substr(3, 1) == ")") {
    flags.insert(expression[2]);
    expression.erase(0, 4);
  }
  return "regex" + std::string(flags.begin(), flags.end()) + ":" + expression;
}

std::string regex_form(const Json& value) {
  std::set<char> flags;
  for (const std::string flag : value["flags"])
    flags.insert(flag == "IGNORECASE" ? 'i' : flag == "MULTILINE" ? 'm' : 's');
  return regex_form(value["regex"].get<std::string>(), flags);
}

std::string form_of(const Json& value) {
  if (value.contains("pattern")) return form_of_pattern(value);
  if (value.contains("regex")) return regex_form(value);
  if (value.contains("cidr")) return "network:" + value["cidr"].get<std::string>();
  if (value.contains("op")) return value["op"].get<std::string>() + ":" + value["number"].dump();
  if (value.contains("timestamp_part"))
    return value["timestamp_part"].get<std::string>() + ":" + value["number"].dump();
  if (value.contains("fieldref"))
    return fmt::format("field:{}{}:{}", value["starts_with"].get<bool>(), value["ends_with"].get<bool>(),
                       value["fieldref"].get<std::string>());
  if (value.contains("number")) return "number:" + value["number"].dump();
  if (value.contains("bool")) return "bool:" + value["bool"].dump();
  if (value.contains("exists")) return "exists:" + value["exists"].dump();
  if (value.contains("null")) return "null";
  return "unknown: " + value.dump();
}

Forms forms_of(const Json& value) {
  Forms forms;
  if (!value.contains("any_of")) return {form_of(value)};
  for (const Json& one : value["any_of"]) forms.insert(form_of(one));
  return forms;
}

// ---- ours

Glob glob_of_kind(const Pattern& pattern) {
  if (const auto* glob = std::get_if<Glob>(&pattern.value)) return *glob;
  const GlobPiece any{GlobPiece::Kind::any_string, {}};
  Glob glob;
  const bool front = pattern.kind == Pattern::Kind::contains || pattern.kind == Pattern::Kind::ends_with;
  const bool back = pattern.kind == Pattern::Kind::contains || pattern.kind == Pattern::Kind::starts_with;
  if (front || pattern.kind == Pattern::Kind::present) glob.push_back(any);
  glob.push_back({GlobPiece::Kind::text, std::get<std::string>(pattern.value)});
  if (back) glob.push_back(any);
  return glob;
}

/// A dash of any kind is five texts to the reference.
Forms forms_of_text(const Pattern& pattern) {
  std::vector<std::string> forms{pattern.cased ? "cased:" : "text:"};
  for (const GlobPiece& piece : glob_of_kind(pattern)) {
    std::vector<std::string> longer;
    for (const std::string& form : forms) {
      if (piece.kind == GlobPiece::Kind::any_dash)
        for (const char* dash : {"-", "/", "–", "—", "―"}) longer.push_back(form + dash);
      else if (piece.kind == GlobPiece::Kind::any_string)
        longer.push_back(form + "{*}");
      else if (piece.kind == GlobPiece::Kind::any_character)
        longer.push_back(form + "{?}");
      else
        longer.push_back(form + piece.text);
    }
    forms = std::move(longer);
  }
  return {forms.begin(), forms.end()};
}

std::string number_form(const Pattern& pattern) {
  if (const auto* number = std::get_if<std::int64_t>(&pattern.value)) return std::to_string(*number);
  if (const auto* decimal = std::get_if<Decimal>(&pattern.value)) return decimal->text;
  return "?";
}

/// The reference has networks of IPv4 only.
std::string network_form(const IpNetwork& network) {
  const auto& bytes = network.address.bytes;
  return fmt::format("network:{}.{}.{}.{}/{}", bytes[0], bytes[1], bytes[2], bytes[3], network.prefix_bits);
}

Forms forms_of(const Pattern& pattern) {
  using Kind = Pattern::Kind;
  switch (pattern.kind) {
    case Kind::regex:
      return {regex_form(std::get<std::string>(pattern.value), {})};
    case Kind::network:
      return {network_form(std::get<IpNetwork>(pattern.value))};
    case Kind::less:
      return {"LT:" + number_form(pattern)};
    case Kind::at_most:
      return {"LTE:" + number_form(pattern)};
    case Kind::greater:
      return {"GT:" + number_form(pattern)};
    case Kind::at_least:
      return {"GTE:" + number_form(pattern)};
    case Kind::exists:
      return {fmt::format("exists:{}", std::get<bool>(pattern.value))};
    case Kind::field: {
      const auto& reference = std::get<FieldReference>(pattern.value);
      return {fmt::format("field:{}{}:{}", reference.open_back, reference.open_front, reference.field)};
    }
    case Kind::time_part: {
      const auto& part = std::get<TimePart>(pattern.value);
      constexpr std::array kUnits{"MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"};
      return {fmt::format("{}:{}", kUnits.at(static_cast<std::size_t>(part.unit)), part.number)};
    }
    default:
      break;
  }
  if (std::holds_alternative<std::monostate>(pattern.value)) return {"null"};
  if (const auto* flag = std::get_if<bool>(&pattern.value)) return {fmt::format("bool:{}", *flag)};
  if (!std::holds_alternative<std::string>(pattern.value) && !std::holds_alternative<Glob>(pattern.value))
    return {"number:" + number_form(pattern)};
  return forms_of_text(pattern);
}

// ---- both

yaml::Node node_of(const Json& value) {
  yaml::Node node;
  if (value.is_null()) return node;
  node.kind = yaml::Node::Kind::scalar;
  node.quoted = value.is_string();
  node.text = value.is_string() ? value.get<std::string>() : value.dump();
  return node;
}

struct Read {
  std::optional<Modifiers> modifiers;
  std::vector<Forms> values;
  std::string problem;
};

Read read(const Json& tested) {
  yaml::Entry entry;
  entry.key = tested["key"];
  Diagnostics diagnostics("case");
  Read result{read_modifiers(entry, diagnostics), {}, {}};
  if (!result.modifiers) result.problem = diagnostics.all().front().message;
  if (!result.modifiers) return result;
  const Json values = tested["value"].is_array() ? tested["value"] : Json::array({tested["value"]});
  PlaceholderLists lists;
  for (const char* name : {"a", "b", "name", "Servers"}) lists[name] = {fmt::format("<{}>", name)};
  for (const Json& value : values) {
    const auto patterns = patterns_of(node_of(value), *result.modifiers, lists);
    if (!patterns) result.problem = patterns.error();
    if (!patterns) return result;
    Forms& forms = result.values.emplace_back();
    for (const Pattern& pattern : *patterns) forms.merge(forms_of(pattern));
  }
  return result;
}

TEST(PublicModifiers, MakeOfValuesWhatTheReferenceMakesOfThem) {
  SKIP_WITHOUT_TEST_DATA();
  std::size_t compared = 0;
  for (const Json& tested : test::reference_cases("modifier_transforms.json")) {
    if (decided_otherwise(tested)) continue;
    const std::string what = tested["key"].get<std::string>() + ": " + tested["value"].dump();
    const Read result = read(tested);
    EXPECT_EQ(result.problem.empty(), tested["ok"].get<bool>()) << what << " " << result.problem;
    if (!tested["ok"].get<bool>() || !result.problem.empty()) continue;
    EXPECT_EQ(result.modifiers->all, tested["linking"] == "AND") << what;
    EXPECT_EQ(result.modifiers->negated, tested["negated"].get<bool>()) << what;
    std::vector<Forms> expected;
    for (const Json& value : tested["values"]) expected.push_back(forms_of(value));
    EXPECT_EQ(result.values, expected) << what;
    ++compared;
  }
  EXPECT_GT(compared, 150U);
}

}  // namespace
}  // namespace riposte
