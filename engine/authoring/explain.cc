#include "engine/authoring/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/authoring/explain_responses.h"
#include "engine/base/nearest.h"
#include "engine/base/printable.h"
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

/// Everything that is said of one rule and one event.
struct Findings {
  const Rule& rule;
  Recognised recognised;
  SourceVerdict source;
  Explanation tree;
  bool matches;
  std::vector<ExplainedResponse> responses;  ///< of a rule that matches
};

std::string sentence_of(const ExplainedResponse& response) {
  const std::string on =
      fmt::format("{}{}{}", response.target, response.host.empty() ? "" : " of ", response.host);
  if (response.outcome == "acts") return fmt::format("acts at once: {}", on);
  if (response.outcome == "waits") return fmt::format("waits for a person: {} ({})", on, response.why);
  if (response.outcome == "recorded") return fmt::format("is recorded only: {} ({})", on, response.why);
  if (response.outcome == "failed") return fmt::format("is recorded as failed: {}", response.why);
  return fmt::format("makes no action: {}", response.why);
}

void print_text(const Findings& found, std::ostream& out) {
  out << fmt::format("rule    {}  {}\n", found.rule.id.value(), found.rule.title)
      << fmt::format("format  {}\n", found.recognised.schema->name)
      << fmt::format("source  the rule wants {}; the event is of {}{}\n", found.source.wanted,
                     found.source.found, found.source.admitted ? "" : ": the rule does not look at it")
      << (found.matches ? "matches\n\n" : "does not match\n\n");
  print_tree(found.tree, 0, out);
  if (!found.responses.empty()) out << "\nresponse\n";
  for (const ExplainedResponse& response : found.responses) {
    out << fmt::format("  {:<16}  {}\n", response.name, printable(sentence_of(response)));
    if (!response.comment.empty()) out << fmt::format("  {:<16}  \"{}\"\n", "", printable(response.comment));
  }
}

void print_json(const Findings& found, std::ostream& out) {
  Json json{
      {"rule", found.rule.id.value()},
      {"title", found.rule.title},
      {"schema", found.recognised.schema->name},
      {"logsource",
       {{"admitted", found.source.admitted}, {"wanted", found.source.wanted}, {"found", found.source.found}}},
      {"matches", found.matches},
      {"condition", json_of(found.tree)}};
  json["responses"] = Json::array();
  for (const ExplainedResponse& response : found.responses)
    json["responses"].push_back({{"name", response.name},
                                 {"outcome", response.outcome},
                                 {"why", response.why},
                                 {"target", response.target},
                                 {"host", response.host},
                                 {"comment", response.comment}});
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

Result<void> print_explanation(const RuleSet& rules, RuleIndex index, const Event& event, std::ostream& out) {
  const Recognised recognised = rules.recognise(event);
  const Rule& rule = rules.rule(index);
  const SourceVerdict source = judge_source(rule.logsource, recognised);
  if (!source.admitted)
    out << fmt::format("the rule wants {}; the event is of {}\n", source.wanted, source.found);
  print_tree(TRY(explain(rule, recognised)), 0, out);
  return {};
}

Result<bool> explain_event(const RuleSet& rules, RuleIndex index, const std::string& bytes,
                           const ExplainContext& context, bool json, std::ostream& out) {
  EventParser parser;
  const auto event = parser.parse(bytes);
  if (!event) return fail(Errc::invalid, fmt::format("no event: {}", event.error().detail));
  const Rule& rule = rules.rule(index);
  const Recognised recognised = rules.recognise(*event);
  Findings found{rule,  recognised, judge_source(rule.logsource, recognised), TRY(explain(rule, recognised)),
                 false, {}};
  found.matches = found.tree.holds && (found.source.admitted || context.ignore_logsource);
  if (found.matches)
    found.responses = explain_responses(rule, recognised, context.policy, context.actions, context.now);
  (json ? print_json : print_text)(found, out);
  return found.matches;
}

}  // namespace riposte
