#include "engine/authoring/rule_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "engine/lifecycle/severity.h"
#include "rules/language/head.h"
#include "rules/language/modifiers.h"

namespace riposte {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDurationPattern = "^[0-9]+(us|ms|s|m|h|d)$";

Json text(const char* description) { return {{"type", "string"}, {"description", description}}; }

Json flag(const char* description) { return {{"type", "boolean"}, {"description", description}}; }

Json duration(const char* description) {
  return {{"type", "string"}, {"pattern", kDurationPattern}, {"description", description}};
}

Json one_of_names(std::span<const std::string_view> names, const char* description) {
  return {{"enum", std::vector<std::string>(names.begin(), names.end())}, {"description", description}};
}

Json text_or_list(const char* description) {
  return {{"type", {"string", "array"}}, {"items", {{"type", "string"}}}, {"description", description}};
}

/// Keys that nobody knows are mistakes.
Json closed(Json properties, std::vector<std::string> required = {}) {
  Json object{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) object["required"] = std::move(required);
  return object;
}

/// `field`, or `field|modifier|modifier`.
std::string field_pattern() { return fmt::format("^[^|]*(\\|({}))*$", fmt::join(modifier_names(), "|")); }

Json value() { return {{"type", {"string", "number", "boolean", "null"}}}; }

Json detection() {
  const Json fields{
      {"type", "object"},
      {"minProperties", 1},
      {"propertyNames", {{"pattern", field_pattern()}}},
      {"additionalProperties", {{"anyOf", {value(), {{"type", "array"}, {"items", value()}}}}}}};
  const Json selection{
      {"anyOf",
       {fields, {{"type", "array"}, {"minItems", 1}, {"items", {{"anyOf", {fields, value()}}}}}, value()}}};
  return {{"type", "object"},
          {"required", {"condition"}},
          {"properties",
           {{"condition", text_or_list("Which selections must hold: 'selection and not 1 of filter_*'")}}},
          {"additionalProperties", selection}};
}

Json logsource() {
  return {{"type", "object"},
          {"properties",
           {{"product", text("windows, linux, aws …")},
            {"category", text("process_creation, file_event …")},
            {"service", text("sysmon, security, sshd …")},
            {"definition", text("What has to be switched on for it")}}}};
}

Json active_hours() {
  const Json written = closed({{"time_zone", text("An IANA time zone: Europe/Berlin")},
                               {"windows", text_or_list("'Mon-Fri 08:00-18:00'")}},
                              {"time_zone", "windows"});
  return {{"anyOf", {text("The name of active hours in the configuration"), written}}};
}

Json parameters() {
  const Json mapped = closed({{"field", text("The event's field to read")}, {"default", value()}}, {"field"});
  return {{"type", "object"}, {"additionalProperties", {{"anyOf", {value(), mapped}}}}};
}

Json response_template(std::span<const ActionType> types) {
  std::vector<std::string_view> names;
  for (const ActionType type : types) names.push_back(name_of(type));
  return closed(
      {{"action", one_of_names(names, "What is done")},
       {"name", text("Tells two responses of the same action apart")},
       {"field",
        text("The field that names the target; default: process.pid, file.path, source.ip or user.name")},
       {"execute_from",
        {{"type", "string"},
         {"pattern", "^(host|engine|agent:[A-Za-z0-9._-]+)$"},
         {"description", "From where it is carried out; default: host, for scripts engine"}}},
       {"script", text("Of run_script: the plugin's id")},
       {"parameters", parameters()},
       {"minimum_severity", one_of_names(kSeverityNames, "Less severe events get no action")},
       {"active_hours", active_hours()},
       {"require_approval", flag("A second person must always approve")},
       {"comment", text("Text with {{field}} placeholders")},
       {"verify_after", duration("When the effect is proved; default: 60s")},
       {"pickup_deadline", duration("An action that is queued longer fails")},
       {"cooldown", duration("Further matches of the same kind make nothing for so long")},
       {"deduplicate_by", text_or_list("Fields that tell kinds apart; default: host and target")},
       {"ttl", duration("It is undone so long after it was done")},
       {"dry_run", flag("Recorded, never done")}},
      {"action"});
}

Json response(std::span<const ActionType> types) {
  const Json list{{"type", "array"}, {"minItems", 1}, {"items", response_template(types)}};
  return {{"anyOf",
           {list, closed({{"order", {{"enum", {"parallel", "ordered"}}}}, {"actions", list}}, {"actions"})}}};
}

Json tests() {
  const Json expected = closed({{"action", {{"type", "string"}}},
                                {"state", {{"type", "string"}}},
                                {"comment", {{"type", "string"}}},
                                {"reason", {{"type", "string"}}},
                                {"parameters", {{"type", "object"}}}},
                               {"action"});
  return {{"type", "array"},
          {"items", closed({{"name", text("A sentence that says what is so")},
                            {"at", text("RFC 3339: when the event is looked at")},
                            {"event", {{"type", "object"}}},
                            {"event_file", text("A file with one JSON event, relative to the rule")},
                            {"matches", flag("Whether the rule matches the event; default: true")},
                            {"actions", {{"type", "array"}, {"items", expected}}}})}};
}

}  // namespace

std::string rule_json_schema(std::span<const ActionType> types) {
  const Json schema{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "Riposte rule"},
      {"description", "A Sigma rule with a response"},
      {"type", "object"},
      {"required", {"title", "detection"}},
      {"properties",
       {{"title", text("What the rule finds, in a few words")},
        {"id", text("A UUID; belongs to one rule")},
        {"name", text("How filters may call the rule")},
        {"status", one_of_names(kRuleStatuses, "How mature it is")},
        {"description", {{"type", "string"}}},
        {"author", text_or_list("Who never approves what the rule asks for")},
        {"level", one_of_names(kSeverityNames, "Counts when the event does not say how severe it is")},
        {"tags", text_or_list("attack.t1059 …")},
        {"logsource", logsource()},
        {"detection", detection()},
        {"response", response(types)},
        {"tests", tests()}}}};
  return schema.dump(2) + "\n";
}

}  // namespace riposte
