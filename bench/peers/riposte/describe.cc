// What the other sides cannot find out by themselves, from Riposte's reading of rules and formats.
//
// riposte_describe origins SCHEMA EVENTS: products, categories and services of every event, tabs between,
// commas
//   where there are several. Empty where nobody knows; "none" where it is known that there is none.
// riposte_describe files RULES: the files whose rules Riposte takes.
// riposte_describe patterns RULES: one line of JSON per rule that is made of positive comparisons of texts
// and
//   integers alone: {"id", "file", "any": [[{"field", "values": [{"kind", "text"} or {"kind", "number"}]}]]}

#include <iostream>
#include <optional>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "bench/peers/riposte/rules.h"
#include "rules/event/event_parser.h"

namespace riposte::bench {
namespace {

using Json = nlohmann::ordered_json;
using Conjunction = std::vector<Json>;
using Alternatives = std::vector<Conjunction>;

/// A rule with more alternatives is no longer what its author would write for another engine.
constexpr std::size_t kAlternativesMax = 64;

std::optional<Json> value_of(const Pattern& pattern) {
  if (pattern.kind == Pattern::Kind::equals && std::holds_alternative<std::int64_t>(pattern.value))
    return Json{{"kind", "equals"}, {"number", std::get<std::int64_t>(pattern.value)}};
  if (!std::holds_alternative<std::string>(pattern.value)) return {};
  const auto text = [&](const char* kind) {
    return Json{{"kind", kind}, {"text", std::get<std::string>(pattern.value)}};
  };
  switch (pattern.kind) {
    case Pattern::Kind::equals:
      return text("equals");
    case Pattern::Kind::contains:
      return text("contains");
    case Pattern::Kind::starts_with:
      return text("starts_with");
    case Pattern::Kind::ends_with:
      return text("ends_with");
    default:
      return {};
  }
}

std::optional<Json> line_of(const FieldMatch& match) {
  if (match.field.empty() || match.negated || (match.all && match.values.size() > 1)) return {};
  Json values = Json::array();
  for (const std::vector<Pattern>& patterns : match.values)
    for (const Pattern& pattern : patterns) {
      const auto value = value_of(pattern);
      if (!value || pattern.cased) return {};
      values.push_back(*value);
    }
  return Json{{"field", match.field}, {"values", std::move(values)}};
}

std::optional<Alternatives> alternatives_of(const Selection& selection) {
  Alternatives all;
  for (const std::vector<FieldMatch>& map : selection.maps) {
    Conjunction lines;
    for (const FieldMatch& match : map) {
      auto line = line_of(match);
      if (!line) return {};
      lines.push_back(*std::move(line));
    }
    all.push_back(std::move(lines));
  }
  return all;
}

Alternatives both(const Alternatives& left, const Alternatives& right) {
  Alternatives all;
  for (const Conjunction& a : left)
    for (const Conjunction& b : right) {
      all.push_back(a);
      all.back().insert(all.back().end(), b.begin(), b.end());
    }
  return all;
}

std::optional<Alternatives> alternatives_of(const Condition& condition, const Rule& rule) {
  if (condition.kind == Condition::Kind::selection)
    return alternatives_of(rule.selections[condition.selection]);
  if (condition.kind == Condition::Kind::negation) return {};
  const bool any = condition.kind == Condition::Kind::any_of;
  Alternatives all;
  if (!any) all.emplace_back();
  for (const Condition& operand : condition.operands) {
    const auto more = alternatives_of(operand, rule);
    if (!more || more->size() * std::max<std::size_t>(all.size(), 1) > kAlternativesMax) return {};
    if (any)
      all.insert(all.end(), more->begin(), more->end());
    else
      all = both(all, *more);
  }
  return all;
}

/// The other engines want at most one line for a field.
bool repeats_a_field(const Conjunction& lines) {
  std::set<std::string> fields;
  for (const Json& line : lines)
    if (!fields.insert(line["field"]).second) return true;
  return false;
}

void print_patterns(const std::string& path) {
  std::size_t refused = 0;
  for (const Rule& rule : read_side_rules(path, refused)) {
    const auto any = alternatives_of(rule.condition, rule);
    if (!any || std::ranges::any_of(*any, repeats_a_field)) continue;
    std::cout << Json{{"id", rule.id.value()}, {"file", rule.location.file}, {"any", *any}}.dump() << '\n';
  }
}

void print_files(const std::string& path) {
  std::size_t refused = 0;
  std::set<std::string> files;
  for (const Rule& rule : read_side_rules(path, refused)) files.insert(rule.location.file);
  for (const std::string& file : files) std::cout << file << '\n';
}

std::string names_text(const std::optional<std::vector<std::string>>& names) {
  if (!names) return "";
  return names->empty() ? "none" : fmt::format("{}", fmt::join(*names, ","));
}

void print_origins(const std::string& schema_name, const std::string& path) {
  const auto schemas = schemas_named(schema_name);
  if (schemas.empty()) throw std::runtime_error("events of no format have no known origin");
  const PaddedLines events(path);
  EventParser parser;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto event = parser.parse(events[i]);
    if (!event) throw std::runtime_error(event.error().detail);
    const EventOrigin origin = schemas.front().origin.origin_of(*event);
    std::cout << names_text(origin.products) << '\t' << names_text(origin.categories) << '\t'
              << names_text(origin.services) << '\n';
  }
}

void describe(const std::vector<std::string>& arguments) {
  if (arguments.size() == 3 && arguments[0] == "origins") return print_origins(arguments[1], arguments[2]);
  if (arguments.size() == 2 && arguments[0] == "files") return print_files(arguments[1]);
  if (arguments.size() == 2 && arguments[0] == "patterns") return print_patterns(arguments[1]);
  throw std::runtime_error("usage: riposte_describe origins SCHEMA EVENTS, or files or patterns RULES");
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  try {
    riposte::bench::describe({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "riposte_describe: " << error.what() << '\n';
    return 1;
  }
}
