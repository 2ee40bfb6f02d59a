#include "connectors/http/json.h"

#include <nlohmann/json.hpp>

namespace riposte::http {
namespace {

Json instant_or_null(const std::optional<WallTime>& time) {
  return time ? Json(iso8601(*time)) : Json(nullptr);
}

Json json_of(const Actor& actor) { return {{"kind", name_of(actor.kind)}, {"name", actor.name}}; }

Json json_of(const Parameters& parameters) {
  Json document = Json::object();
  for (const auto& [name, value] : parameters)
    document[name] = std::visit([](const auto& content) { return Json(content); }, value);
  return document;
}

Json json_of(const Evidence& evidence) {
  Json document = Json::object();
  for (const auto& [name, text] : evidence) document[name] = text;
  return document;
}

Json json_of(const Cause& cause) {
  return {{"stream", cause.stream.value()},   {"offset", cause.offset.value()},
          {"event_uid", cause.event_uid},     {"event_digest", cause.event_digest},
          {"rule", cause.rule.value()},       {"rule_title", cause.rule_title},
          {"rule_digest", cause.rule_digest}, {"template", cause.template_name}};
}

Json json_of(const ChainPlace& chain) {
  if (chain.position == 0) return nullptr;
  return {{"position", chain.position}, {"length", chain.length}, {"after", chain.after.value()}};
}

Json json_of(const CooldownTerms& cooldown) {
  if (cooldown.key.empty()) return nullptr;
  return {{"key", cooldown.key}, {"length", duration_text(cooldown.length)}};
}

Json ttl_json(const ActionRequest& request) {
  const auto undo = spec_of(request.type).undo;
  if (request.ttl == Duration::zero() || !undo) return nullptr;
  return {{"length", duration_text(request.ttl)}, {"undo", name_of(*undo)}};
}

Json request_json(const ActionRequest& request) {
  return {{"id", request.id.value()},
          {"type", name_of(request.type)},
          {"host", request.host},
          {"host_id", request.host_id},
          {"execute_from", riposte::text_of(request.execute_from)},
          {"target", request.target},
          {"parameters", json_of(request.parameters)},
          {"severity", name_of(request.severity)},
          {"comment", request.comment},
          {"submitter", json_of(request.submitter)},
          {"authors", request.authors},
          {"not_after", iso8601(request.not_after)},
          {"verify_after", duration_text(request.verify_after)},
          {"pickup_deadline", duration_text(request.pickup_deadline)},
          {"defect", request.defect},
          {"chain", json_of(request.chain)},
          {"cooldown", json_of(request.cooldown)},
          {"ttl", ttl_json(request)},
          {"dry_run", request.dry_run},
          {"undoes", request.undoes.value()},
          {"partition", request.partition.value()},
          {"cause", json_of(request.cause)}};
}

template <class Row>
Json page(std::string_view name, std::span<const Row> rows, bool more) {
  Json listed = Json::array();
  for (const Row& row : rows) listed.push_back(http::to_json(row));
  Json document = Json::object();
  document[std::string(name)] = std::move(listed);
  document["more"] = more;
  return document;
}

}  // namespace

Json to_json(const Action& action) {
  Json document = request_json(action);
  document.update({{"state", name_of(action.state)},
                   {"verification", name_of(action.verification)},
                   {"reason", name_of(action.reason)},
                   {"ground", name_of(action.ground)},
                   {"in_doubt", action.in_doubt},
                   {"attempt", action.attempt},
                   {"checks", action.checks},
                   {"due_at", instant_or_null(action.due_at)},
                   {"created_at", iso8601(action.created_at)},
                   {"updated_at", iso8601(action.updated_at)},
                   {"approver", action.approver},
                   {"detail", action.detail},
                   {"evidence", json_of(action.evidence)},
                   {"held", action.held},
                   {"undo_due", instant_or_null(action.undo_due)},
                   {"undone_by", action.undone_by.value()},
                   {"failed_undo", action.failed_undo.value()}});
  if (!action.cooldown.key.empty())
    document["cooldown"].update(
        {{"until", iso8601(action.created_at + action.cooldown.length)}, {"swallowed", action.swallowed}});
  return document;
}

Json to_json(const AuditRecord& record) {
  return {{"sequence", record.sequence},
          {"partition", record.partition.value()},
          {"at", iso8601(record.at)},
          {"action", record.action.value()},
          {"type", name_of(record.type)},
          {"target", record.target},
          {"actor", json_of(record.actor)},
          {"event", record.event},
          {"from", record.from ? Json(name_of(*record.from)) : Json(nullptr)},
          {"to", name_of(record.to)},
          {"verification", name_of(record.verification)},
          {"reason", name_of(record.reason)},
          {"ground", name_of(record.ground)},
          {"attempt", record.attempt},
          {"detail", record.detail}};
}

Json to_json(const SubmissionPreview& preview) {
  return {{"request", request_json(preview.request)},
          {"needs_approval", preview.ruling.needs_approval},
          {"ground", name_of(preview.ruling.ground)},
          {"detail", preview.ruling.detail},
          {"approval", preview.approval},
          {"approval_ttl", duration_text(preview.ruling.approval_ttl)},
          {"command",
           {{"summary", preview.command.summary},
            {"argv", preview.command.argv},
            {"stdin", preview.command.stdin_bytes},
            {"notes", preview.command.notes}}}};
}

Json to_json(const Principal& principal) {
  Json grants = Json::array();
  for (const Grant& grant : principal.grants) {
    const std::string permission(name_of(grant.permission));
    grants.push_back(grant.action_type.empty() ? permission : permission + ":" + grant.action_type);
  }
  return {
      {"name", principal.name.value()}, {"aliases", principal.aliases}, {"permissions", std::move(grants)}};
}

Json to_json(const AgentRow& agent) {
  return {
      {"machine_id", agent.machine_id},
      {"enrolment", agent.enrolment},
      {"name", agent.name},
      {"aliases", agent.aliases},
      {"enrolled_at", iso8601(agent.enrolled_at)},
      {"revoked_at", instant_or_null(agent.revoked_at)},
      {"revoked_by", agent.revoked_by},
      {"comment", agent.comment},
      {"connected", agent.connected},
      {"since", instant_or_null(agent.since)},
      {"orders_under_way", agent.orders_under_way},
      {"journal_went_back", agent.journal_went_back},
      {"clock_ahead_ms", std::chrono::duration_cast<std::chrono::milliseconds>(agent.clock_ahead).count()}};
}

Json to_json(const UndoPlan& plan) {
  Json document = to_json(std::span(plan.actions), plan.more);
  document["digest"] = plan.digest;
  return document;
}

Json to_json(const std::vector<UndoAnswer>& answers) {
  Json undone = Json::array();
  Json refused = Json::array();
  for (const auto& [id, answer] : answers) {
    if (answer) {
      undone.push_back({{"id", id.value()}, {"undone_by", answer->undone_by.value()}});
    } else {
      Json entry = error_json(name_of(answer.error().code), answer.error().text());
      entry["id"] = id.value();
      refused.push_back(std::move(entry));
    }
  }
  return {{"undone", std::move(undone)}, {"refused", std::move(refused)}};
}

Json error_json(std::string_view code, std::string_view message) {
  return {{"error", {{"code", code}, {"message", message}}}};
}

Json to_json(std::span<const Action> actions, bool more) { return page("actions", actions, more); }

Json to_json(std::span<const AuditRecord> records, bool more) { return page("records", records, more); }

std::string text_of(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string pretty_text_of(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace riposte::http
