#include <nlohmann/json.hpp>

#include "engine/authoring/replay_report.h"
#include "engine/authoring/replay_rows.h"

namespace riposte {
namespace {

using Json = nlohmann::ordered_json;

Json moment_json(const std::optional<WallTime>& time) { return time ? Json(iso8601(*time)) : Json(nullptr); }

Json counts_json(const MadeCounts& made) {
  return {{"actions", made.actions}, {"waiting", made.waiting}, {"dry_runs", made.dry_runs}};
}

Json row_json(const char* what, std::string_view name, const MadeCounts& made) {
  Json json{{what, name}};
  json.update(counts_json(made));
  return json;
}

Json events_json(const ReplayFindings& findings) {
  return {{"read", findings.read},
          {"unusable", findings.unusable_total()},
          {"unusable_by_reason", findings.unusable},
          {"without_time", findings.times.without_time},
          {"out_of_order", findings.times.out_of_order},
          {"first", moment_json(findings.times.first)},
          {"last", moment_json(findings.times.last)}};
}

Json rule_json(const RuleId& id, const RuleCounts& rule) {
  Json json{{"rule", id.value()}, {"title", rule.title}, {"matches", rule.matches}};
  json.update(counts_json(rule.made));
  json.update({{"cooldown", rule.swallowed},
               {"minimum_severity", rule.below_minimum},
               {"field_missing", rule.defective},
               {"predecessor_ended", rule.after_none}});
  return json;
}

Json rows_json(const ReplayTally& tally) {
  Json json;
  for (const char* table : {"by_type", "by_host", "by_rule"}) json[table] = Json::array();
  const auto itself = [](const MadeCounts& made) { return made; };
  for (const auto& [type, made] : largest_first(tally.types, itself))
    json["by_type"].push_back(row_json("type", name_of(type), made));
  for (const auto& [host, made] : largest_first(tally.hosts, itself))
    json["by_host"].push_back(row_json("host", host, made));
  const auto size_of = [](const RuleCounts& rule) { return std::pair(rule.made, rule.matches); };
  for (const auto& [id, rule] : largest_first(tally.rules, size_of))
    json["by_rule"].push_back(rule_json(id, rule));
  return json;
}

Json waiting_json(const ReplayTally& tally) {
  Json json = Json::object();
  for (const auto& [ground, count] : tally.waiting) json[std::string(name_of(ground))] = count;
  return json;
}

Json busiest_json(const ReplayTally& tally) {
  const auto busiest = tally.busiest();
  if (!busiest) return nullptr;
  return {{"hour", iso8601(busiest->first)}, {"actions", busiest->second}};
}

Json tally_json(const ReplayTally& tally, const ReplayRules& rules) {
  Json json{{"rules", {{"loaded", rules.rules.size()}, {"digest", rules.rules.digest()}}},
            {"matches", tally.matches},
            {"repeated", tally.repeated},
            {"late", tally.late},
            {"actions", tally.made.actions},
            {"in_turn", tally.in_turn},
            {"waiting", tally.made.waiting},
            {"waiting_for", waiting_json(tally)},
            {"dry_runs", tally.made.dry_runs},
            {"stopped",
             {{"cooldown", tally.total(&RuleCounts::swallowed)},
              {"minimum_severity", tally.total(&RuleCounts::below_minimum)},
              {"field_missing", tally.total(&RuleCounts::defective)},
              {"predecessor_ended", tally.total(&RuleCounts::after_none)}}},
            {"busiest_hour", busiest_json(tally)}};
  json.update(rows_json(tally));
  return json;
}

Json both_json(const BothCounts& counts) { return {{"before", counts.before}, {"after", counts.after}}; }

Json difference_json(const ReplayDifference& difference) {
  const auto sum = difference.sum();
  Json json{{"more", sum.more}, {"fewer", sum.fewer}, {"same", sum.same}};
  for (const char* table : {"rules", "actions"}) json[table] = Json::array();
  for (const auto& [id, rule] : difference.rules())
    json["rules"].push_back({{"rule", id.value()},
                             {"matches_only", both_json(rule.matches)},
                             {"actions_only", both_json(rule.actions)}});
  for (const auto& [key, counts] : difference.actions()) {
    if (counts.before == counts.after) continue;
    Json action{
        {"rule", key.rule.value()}, {"type", name_of(key.type)}, {"host", key.host}, {"target", key.target}};
    action.update(both_json(counts));
    json["actions"].push_back(std::move(action));
  }
  return json;
}

}  // namespace

void print_replay_json(const ReplayFindings& findings, const ReplayRequest& request, std::ostream& out) {
  Json json{{"events", events_json(findings)}};
  json.update(tally_json(findings.rules, request.rules));
  if (findings.against) {
    json["against"] = tally_json(*findings.against, *request.against);
    json["difference"] = difference_json(findings.difference);
  }
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace riposte
