#include <fmt/format.h>

#include "engine/authoring/replay_report.h"
#include "engine/authoring/replay_rows.h"

namespace riposte {
namespace {

using cli::Cell;
using cli::Table;

std::string change(std::uint64_t before, std::uint64_t after) {
  return fmt::format("{} → {}", before, after);
}

std::string signed_counts(const BothCounts& counts) {
  if (counts.before == 0 && counts.after == 0) return "=";
  return fmt::format("-{} +{}", counts.before, counts.after);
}

Table changed_types(const ReplayTally& before, const ReplayTally& after) {
  std::map<ActionType, std::pair<MadeCounts, MadeCounts>> types;
  for (const auto& [type, made] : before.types) types[type].first = made;
  for (const auto& [type, made] : after.types) types[type].second = made;
  Table table{{{"ACTION TYPE"}, {"ACTIONS"}, {"WAITING"}, {"DRY RUN"}}, {}};
  for (const auto& [type, made] : types)
    table.rows.push_back({{std::string(name_of(type))},
                          {change(made.first.actions, made.second.actions)},
                          {change(made.first.waiting, made.second.waiting)},
                          {change(made.first.dry_runs, made.second.dry_runs)}});
  return table;
}

std::string title_of(const RuleId& id, const ReplayFindings& findings) {
  for (const ReplayTally* tally : {&findings.rules, &*findings.against})
    if (const auto found = tally->rules.find(id); found != tally->rules.end()) return found->second.title;
  return "";
}

Table changed_rules(const ReplayFindings& findings) {
  Table table{{{"RULE THAT DIFFERS"}, {"MATCHES"}, {"ACTIONS"}, {"TITLE", true}}, {}};
  const auto size_of = [](const RuleDifference& rule) {
    return std::pair(rule.actions.before + rule.actions.after, rule.matches.before + rule.matches.after);
  };
  for (const auto& [id, rule] : largest_first(findings.difference.rules(), size_of))
    table.rows.push_back({{id.value()},
                          {signed_counts(rule.matches)},
                          {signed_counts(rule.actions)},
                          {title_of(id, findings)}});
  return table;
}

Table changed_actions(const ReplayFindings& findings) {
  Table table{{{"DIFFERENCE"}, {"ACTION TYPE"}, {"TARGET", true}, {"HOST", true}, {"RULE"}}, {}};
  const auto size_of = [](const BothCounts& counts) { return counts.more() + counts.fewer(); };
  for (const auto& [key, counts] : largest_first(findings.difference.actions(), size_of)) {
    if (counts.before == counts.after) continue;
    const std::string sign = counts.more() > 0 ? "+" : "-";
    table.rows.push_back({{sign + std::to_string(size_of(counts))},
                          {std::string(name_of(key.type))},
                          {key.target},
                          {key.host},
                          {key.rule.value()}});
  }
  return table;
}

}  // namespace

void print_difference(const ReplayFindings& findings, std::ostream& out) {
  print_rows(changed_types(findings.rules, *findings.against), kReplayRowsMax, out);
  print_rows(changed_rules(findings), kReplayRowsMax, out);
  print_rows(changed_actions(findings), kReplayRowsMax, out);
  const auto sum = findings.difference.sum();
  out << fmt::format("\n{} actions more, {} fewer, {} the same\n", sum.more, sum.fewer, sum.same);
}

}  // namespace riposte
