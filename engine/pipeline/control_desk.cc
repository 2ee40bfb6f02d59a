#include "engine/pipeline/control_desk.h"

#include <algorithm>
#include <array>

#include <sodium.h>

#include "engine/base/hex.h"
#include "engine/pipeline/submission.h"

namespace riposte {
namespace {

Permission permission_for(Decision decision) {
  const bool calls_off = decision == Decision::cancel || decision == Decision::undo;
  return calls_off ? Permission::cancel : Permission::approve;
}

/// Filtered where the rows are read, so that a limit counts only rows that this person sees.
std::vector<ActionType> readable_types(const Principal& who) {
  std::vector<ActionType> types;
  for (const ActionTypeSpec& spec : action_types())
    if (who.may(Permission::read, spec.name)) types.push_back(spec.type);
  return types;
}

std::string approval_text(const Proposed& proposed, const Principal& who) {
  if (proposed.request.dry_run) return "nobody: policy.dry_run is set, so it would only be recorded";
  if (proposed.ruling.forbidden) return "nobody: it would fail, " + proposed.ruling.detail;
  if (!proposed.ruling.needs_approval) return "nobody: it would be queued at once";
  return "a second person with approve:" + std::string(name_of(proposed.request.type)) + " (" +
         proposed.ruling.detail + "); never " + who.name.value();
}

std::string fresh_request_id() {
  std::array<unsigned char, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return to_hex(bytes);
}

}  // namespace

std::future<Result<Action>> ControlDesk::post(Ask ask) {
  auto reply = ask.reply.get_future();
  context_.worker_of(ask.partition).post(std::move(ask));
  return reply;
}

Result<Action> ControlDesk::await(std::future<Result<Action>> reply) {
  const Error late{Errc::unavailable,
                   "the engine did not answer in time; whether it was done shows in the list of actions",
                   {}};
  if (reply.wait_for(kAnswerTimeout) != std::future_status::ready) return std::unexpected(late);
  try {
    return reply.get();
  } catch (const std::future_error&) {  // the worker ended with the question unread
    return std::unexpected(late);
  }
}

Result<Proposed> ControlDesk::propose(const Principal& who, const Submission& submission) {
  TRY(demand(who, Permission::submit, name_of(submission.type)));
  Submission identified = submission;
  if (identified.request_id.empty()) identified.request_id = fresh_request_id();
  const WallTime now = context_.clock.now();
  ActionRequest request =
      TRY(request_of(who, identified, {context_.actions, context_.policy, context_.own_host}, now));
  Ruling ruling = rule_on(request, {}, context_.policy, now);
  return Proposed{std::move(request), std::move(ruling)};
}

/// By whoever would carry it out; nothing when there is nobody.
Result<std::optional<Preview>> ControlDesk::preview_of(const ActionRequest& request) {
  if (context_.remote != nullptr)
    if (auto preview = TRY(context_.remote->preview(request))) return preview;
  const auto hands = context_.hands.find(request.type);
  if (hands == context_.hands.end()) return std::nullopt;
  return TRY(hands->second.executor->preview(request));
}

Result<Action> ControlDesk::submit(const Principal& who, const Submission& submission) {
  Proposed proposed = TRY(propose(who, submission));
  TRY(preview_of(proposed.request));
  return await(post({kManualPartition, proposed.request.id, std::move(proposed), {}, {}}));
}

Result<SubmissionPreview> ControlDesk::preview(const Principal& who, const Submission& submission) {
  Proposed proposed = TRY(propose(who, submission));
  SubmissionPreview preview;
  auto command = TRY(preview_of(proposed.request));
  if (!command) return fail(Errc::invalid, "this engine has no executor for it");
  preview.command = *std::move(command);
  preview.approval = approval_text(proposed, who);
  preview.request = std::move(proposed.request);
  preview.ruling = std::move(proposed.ruling);
  return preview;
}

Result<Action> ControlDesk::decide(const Principal& who, const ActionId& id, Decision decision,
                                   std::string comment) {
  if (!who.may(permission_for(decision)) && !who.may(Permission::read))
    return fail(Errc::denied, who.name.value() + " may neither read nor decide");
  const auto action = TRY(context_.records.find(id));
  if (!action) return fail(Errc::not_found, "there is no action " + id.value());
  Ask wish{action->partition, id, Decided{decision, {who.name, who.aliases}, std::move(comment)}, {}, {}};
  if (auto allowed = demand(who, permission_for(decision), name_of(action->type)); !allowed)
    wish.refusal = std::move(allowed).error();
  else if (decision == Decision::undo)
    wish.wish = TRY(wish_to_undo(who, *action, std::get<Decided>(wish.wish).comment));
  return await(post(std::move(wish)));
}

Result<Action> ControlDesk::find(const Principal& who, const ActionId& id) {
  auto action = TRY(context_.records.find(id));
  if (!action || !who.may(Permission::read, name_of(action->type))) {
    TRY(demand(who, Permission::read));
    return fail(Errc::not_found, "there is no action " + id.value());
  }
  return *std::move(action);
}

Result<std::vector<Action>> ControlDesk::list(const Principal& who, const ActionQuery& query) {
  TRY(demand(who, Permission::read));
  ActionQuery bounded = query;
  bounded.limit = std::min(query.limit, kRowsMax);
  bounded.types = readable_types(who);
  return context_.records.list(bounded);
}

Result<std::vector<AuditRecord>> ControlDesk::audit(const Principal& who, const AuditQuery& query) {
  TRY(demand(who, Permission::read));
  AuditQuery bounded = query;
  bounded.limit = std::min(query.limit, kRowsMax);
  bounded.types = readable_types(who);
  return context_.records.audit(bounded);
}

}  // namespace riposte
