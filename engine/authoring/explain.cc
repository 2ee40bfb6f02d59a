#include "engine/authoring/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/base/nearest.h"
#include "rules/event/event_parser.h"
#include "rules/matching/explain.h"

namespace riposte {
namespace {

using Json = nlohmann::ordered_json;

/// Whether an event may come from where the rule looks.
struct SourceVerdict {
  bool admitted = true;
  std::string wanted;  ///< by the rule
  std::string found;   ///< in the event
};

std::string names_of(const std::optional<std::vector<std::string>>& names) {
  if (!names) return "unknown";
  return names->empty() ? "none" : fmt::format("{}", fmt::join(*names, " or "));
}

std::string wanted_by(const LogSource& source) {
  std::string text;
  for (const auto& [what, name] :
       {std::pair("product", &source.product), std::pair("category", &source.category),
        std::pair("service", &source.service)})
    if (!name->empty()) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, *name);
  return text.empty() ? "any" : text;
}

SourceVerdict judge_source(const LogSource& source, const Recognised& recognised) {
  const EventOrigin origin = recognised.schema->origin.origin_of(recognised.event);
  return {origin.admits(source.product, source.category, source.service), wanted_by(source),
          fmt::format("product {}, category {}, service {}", names_of(origin.products),
                      names_of(origin.categories), names_of(origin.services))};
}

Json json_of(const Explanation& explanation) {
  Json json{{"holds", explanation.holds}, {"what", explanation.what}};
  if (!explanation.seen.empty()) json["seen"] = explanation.seen;
  for (const Explanation& part : explanation.parts) json["parts"].push_back(json_of(part));
  return json;
}

void print_tree(const Explanation& explanation, std::size_t depth, std::ostream& out) {
  out << fmt::format("{:{}}{} {}{}{}\n", "", 2 * depth, explanation.holds ? "yes" : "no ", explanation.what,
                     explanation.seen.empty() ? "" : "   <- ", explanation.seen);
  for (const Explanation& part : explanation.parts) print_tree(part, depth + 1, out);
}

void print_text(const Rule& rule, const Recognised& recognised, const SourceVerdict& source,
                const Explanation& tree, bool matches, std::ostream& out) {
  out << fmt::format("rule    {}  {}\n", rule.id.value(), rule.title)
      << fmt::format("format  {}\n", recognised.schema->name)
      << fmt::format("source  the rule wants {}; the event is of {}{}\n", source.wanted, source.found,
                     source.admitted ? "" : ": the rule does not look at it")
      << (matches ? "matches\n\n" : "does not match\n\n");
  print_tree(tree, 0, out);
}

void print_json(const Rule& rule, const Recognised& recognised, const SourceVerdict& source,
                const Explanation& tree, bool matches, std::ostream& out) {
  const Json json{
      {"rule", rule.id.value()},
      {"title", rule.title},
      {"schema", recognised.schema->name},
      {"logsource", {{"admitted", source.admitted}, {"wanted", source.wanted}, {"found", source.found}}},
      {"matches", matches},
      {"condition", json_of(tree)}};
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace

Result<RuleIndex> find_rule(const RuleSet& rules, const std::string& text) {
  std::optional<RuleIndex> found;
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules.rule(RuleIndex(i));
    if (rule.id.value() == text || rule.name == text) return RuleIndex(i);
    names.insert(names.end(), {rule.id.value(), rule.name});
    if (!rule.id.value().starts_with(text)) continue;
    if (found)
      return fail(Errc::conflict, fmt::format("several rules' ids begin with '{}': write more of it", text));
    found = RuleIndex(i);
  }
  if (found) return *found;
  return fail(Errc::not_found, fmt::format("no rule '{}' among the {} that were loaded{}", text, rules.size(),
                                           did_you_mean(text, names)));
}

Result<bool> explain_event(const RuleSet& rules, RuleIndex index, const std::string& bytes,
                           bool ignore_logsource, bool json, std::ostream& out) {
  EventParser parser;
  const auto event = parser.parse(bytes);
  if (!event) return fail(Errc::invalid, fmt::format("no event: {}", event.error().detail));
  const Rule& rule = rules.rule(index);
  const Recognised recognised = rules.recognise(*event);
  const SourceVerdict source = judge_source(rule.logsource, recognised);
  const Explanation tree = TRY(explain(rule, recognised));
  const bool matches = tree.holds && (source.admitted || ignore_logsource);
  (json ? print_json : print_text)(rule, recognised, source, tree, matches, out);
  return matches;
}

}  // namespace riposte
