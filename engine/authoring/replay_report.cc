#include "engine/authoring/replay_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/authoring/replay_rows.h"
#include "engine/cli/documents.h"

namespace riposte {
namespace {

using cli::Cell;
using cli::Table;

Cell number(std::uint64_t count) { return {std::to_string(count)}; }

/// "2 not_json, 1 too_large" of what is counted by name.
template <class Counts, class Name>
std::string listed(const Counts& counts, Name name) {
  std::vector<std::string> parts;
  for (const auto& [key, count] : counts) parts.push_back(fmt::format("{} {}", count, name(key)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string events_of(const ReplayFindings& findings) {
  std::string text = fmt::format("{} read", findings.read);
  if (findings.unusable_total() > 0)
    text += fmt::format(", {} unusable ({})", findings.unusable_total(),
                        listed(findings.unusable, [](const std::string& reason) { return reason; }));
  if (findings.times.without_time > 0)
    text += fmt::format(", {} without a time", findings.times.without_time);
  if (findings.times.out_of_order > 0) text += fmt::format(", {} out of order", findings.times.out_of_order);
  if (findings.rules.late > 0) text += fmt::format(", {} too late to be put in order", findings.rules.late);
  return text;
}

std::string period_of(const TimeCounts& times) {
  if (!times.first) return "no event says its time";
  return cli::short_time(iso8601(*times.first)) + " to " + cli::short_time(iso8601(*times.last));
}

std::string actions_of(const ReplayTally& tally) {
  const std::uint64_t at_once = tally.made.actions - tally.made.waiting - tally.in_turn;
  std::string text = fmt::format("{}: {} at once", tally.made.actions, at_once);
  if (tally.in_turn > 0) text += fmt::format(", {} after another of their response", tally.in_turn);
  return text + fmt::format(", {} wait for approval", tally.made.waiting);
}

std::string busiest_of(const ReplayTally& tally) {
  const auto busiest = tally.busiest();
  if (!busiest) return "no hour has an action";
  return fmt::format("{}, {} actions", cli::short_time(iso8601(busiest->first)), busiest->second);
}

/// What no action came of, or none that anybody carries out.
std::string stopped_of(const ReplayTally& tally) {
  std::vector<std::string> parts;
  const auto say = [&](std::uint64_t count, const char* what) {
    if (count > 0) parts.push_back(fmt::format("{} {}", count, what));
  };
  say(tally.total(&RuleCounts::swallowed), "by a cooldown");
  say(tally.total(&RuleCounts::below_minimum), "below their minimum_severity");
  say(tally.made.dry_runs, "recorded as a dry run");
  say(tally.total(&RuleCounts::defective), "recorded as failed, a field is missing");
  say(tally.total(&RuleCounts::after_none), "cancelled, the action before them failed");
  return parts.empty() ? "nothing" : fmt::format("{}", fmt::join(parts, ", "));
}

using Lines = std::vector<std::pair<std::string, Cell>>;

/// `which`: behind the name of every line, when there are two rule sets.
void add_tally(const ReplayTally& tally, const std::string& which, Lines& lines) {
  lines.push_back({"matches" + which, number(tally.matches)});
  lines.push_back({"actions" + which, {actions_of(tally)}});
  if (!tally.waiting.empty())
    lines.push_back(
        {"waiting" + which, {listed(tally.waiting, [](Ground ground) { return name_of(ground); })}});
  lines.push_back({"stopped" + which, {stopped_of(tally)}});
  lines.push_back({"busiest hour" + which, {busiest_of(tally)}});
  if (tally.repeated > 0)
    lines.push_back(
        {"repeated" + which, {fmt::format("{} detections came again and are counted once", tally.repeated)}});
}

void print_summary(const ReplayFindings& findings, const ReplayRequest& request, std::ostream& out) {
  Lines lines{{"events", {events_of(findings)}}, {"period", {period_of(findings.times)}}};
  add_tally(findings.rules, findings.against ? " before" : "", lines);
  if (findings.against) add_tally(*findings.against, " after", lines);
  if (request.rules.policy.dry_run)
    lines.push_back({"dry run", {"the configuration's policy: nothing at all is carried out"}});
  out << cli::key_value_text(lines);
}

template <class Map, class Name>
Table made_table(const std::string& title, const Map& counts, Name name) {
  Table table{{{title, true}, {"ACTIONS"}, {"WAITING"}, {"DRY RUN"}}, {}};
  for (const auto& [key, made] : largest_first(counts, [](const MadeCounts& each) { return each; }))
    table.rows.push_back(
        {{std::string(name(key))}, number(made.actions), number(made.waiting), number(made.dry_runs)});
  return table;
}

Table rules_table(const ReplayTally& tally) {
  Table table{{{"RULE"}, {"MATCHES"}, {"ACTIONS"}, {"WAITING"}, {"DRY RUN"}, {"TITLE", true}}, {}};
  const auto size_of = [](const RuleCounts& rule) { return std::pair(rule.made, rule.matches); };
  for (const auto& [id, rule] : largest_first(tally.rules, size_of))
    table.rows.push_back({{id.value()},
                          number(rule.matches),
                          number(rule.made.actions),
                          number(rule.made.waiting),
                          number(rule.made.dry_runs),
                          {rule.title}});
  return table;
}

Table stopped_table(const ReplayTally& tally) {
  Table table{
      {{"STOPPED BY RULE"}, {"COOLDOWN"}, {"SEVERITY"}, {"FIELD MISSING"}, {"CHAIN"}, {"TITLE", true}}, {}};
  const auto sum_of = [](const RuleCounts& rule) {
    return rule.swallowed + rule.below_minimum + rule.defective + rule.after_none;
  };
  for (const auto& [id, rule] : largest_first(tally.rules, sum_of))
    if (sum_of(rule) > 0)
      table.rows.push_back({{id.value()},
                            number(rule.swallowed),
                            number(rule.below_minimum),
                            number(rule.defective),
                            number(rule.after_none),
                            {rule.title}});
  return table;
}

void print_tables(const ReplayTally& tally, std::ostream& out) {
  const auto type_name = [](ActionType type) { return name_of(type); };
  const auto host_name = [](const std::string& host) { return host.empty() ? "(no host)" : host; };
  print_rows(made_table("ACTION TYPE", tally.types, type_name), kReplayRowsMax, out);
  print_rows(made_table("HOST", tally.hosts, host_name), kReplayRowsMax, out);
  print_rows(rules_table(tally), kReplayRowsMax, out);
  print_rows(stopped_table(tally), kReplayRowsMax, out);
}

}  // namespace

void print_replay(const ReplayFindings& findings, const ReplayRequest& request, std::ostream& out) {
  print_summary(findings, request, out);
  if (findings.against)
    print_difference(findings, out);
  else
    print_tables(findings.rules, out);
}

}  // namespace riposte
