#include "engine/lifecycle/codec.h"

#include <utility>

#include "engine/lifecycle/stored_bytes.h"

namespace riposte {
namespace {

template <class T>
Result<T> finish(const StoredReader& reader, T value, std::string_view kind) {
  if (reader.ok()) return value;
  return fail(Errc::corrupt,
              std::string("stored ") + std::string(kind) +
                  (reader.version_ok() ? " does not decode" : " has an unknown format version"));
}

void put_cause(StoredWriter& out, const Cause& cause) {
  out.put(cause.stream);
  out.put(cause.offset);
  out.put(cause.event_uid);
  out.put(cause.event_digest);
  out.put(cause.rule);
  out.put(cause.rule_title);
  out.put(cause.rule_digest);
  out.put(cause.template_name);
}

void get_cause(StoredReader& in, Cause& cause) {
  in.get(cause.stream);
  in.get(cause.offset);
  in.get(cause.event_uid);
  in.get(cause.event_digest);
  in.get(cause.rule);
  in.get(cause.rule_title);
  in.get(cause.rule_digest);
  in.get(cause.template_name);
}

void put_actor(StoredWriter& out, const Actor& actor) {
  out.put(actor.kind);
  out.put(actor.name);
}

void get_actor(StoredReader& in, Actor& actor) {
  in.get(actor.kind, Actor::Kind::engine);
  in.get(actor.name);
}

void put_request(StoredWriter& out, const ActionRequest& request) {
  out.put(request.id);
  out.put(request.partition);
  out.put(request.type);
  out.put(request.host);
  out.put(request.target);
  out.put(request.parameters);
  out.put(request.not_after);
  out.put(request.severity);
  out.put(request.comment);
  put_cause(out, request.cause);
  put_actor(out, request.submitter);
  out.put(request.authors);
  out.put(request.verify_after);
  out.put(request.pickup_deadline);
  out.put(request.defect);
}

void get_request(StoredReader& in, ActionRequest& request) {
  in.get(request.id);
  in.get(request.partition);
  in.get(request.type, ActionType::disable_account);
  in.get(request.host);
  in.get(request.target);
  in.get(request.parameters);
  in.get(request.not_after);
  in.get(request.severity, Severity::critical);
  in.get(request.comment);
  get_cause(in, request.cause);
  get_actor(in, request.submitter);
  in.get(request.authors);
  in.get(request.verify_after);
  in.get(request.pickup_deadline);
  in.get(request.defect);
}

/// What version 2 added to an action, behind everything else.
void put_additions(StoredWriter& out, const Action& action) {
  out.put(action.chain.after);
  out.put(action.chain.position);
  out.put(action.chain.length);
  out.put(action.cooldown.key);
  out.put(action.cooldown.length);
  out.put(action.ttl);
  out.put(action.dry_run);
  out.put(action.undoes);
  out.put(action.held);
  out.put(action.undo_due);
  out.put(action.undone_by);
  out.put(action.swallowed);
}

void get_additions(StoredReader& in, Action& action) {
  in.get(action.chain.after);
  in.get(action.chain.position);
  in.get(action.chain.length);
  in.get(action.cooldown.key);
  in.get(action.cooldown.length);
  in.get(action.ttl);
  in.get(action.dry_run);
  in.get(action.undoes);
  in.get(action.held);
  in.get(action.undo_due);
  in.get(action.undone_by);
  in.get(action.swallowed);
}

}  // namespace

std::string encode(const Action& action) {
  StoredWriter out;
  put_request(out, action);
  out.put(action.state);
  out.put(action.verification);
  out.put(action.reason);
  out.put(action.ground);
  out.put(action.in_doubt);
  out.put(action.attempt);
  out.put(action.checks);
  out.put(action.due_at);
  out.put(action.created_at);
  out.put(action.updated_at);
  out.put(action.approver);
  out.put(action.detail);
  out.put(action.evidence);
  put_additions(out, action);
  return out.take();
}

Result<Action> decode_action(std::string_view bytes) {
  StoredReader in(bytes);
  Action action;
  get_request(in, action);
  in.get(action.state, State::cancelled);
  in.get(action.verification, Verification::failed);
  in.get(action.reason, Reason::dry_run);
  in.get(action.ground, Ground::automatic_undo);
  in.get(action.in_doubt);
  in.get(action.attempt);
  in.get(action.checks);
  in.get(action.due_at);
  in.get(action.created_at);
  in.get(action.updated_at);
  in.get(action.approver);
  in.get(action.detail);
  in.get(action.evidence);
  if (in.version() > 1) get_additions(in, action);
  return finish(in, std::move(action), "action");
}

std::string encode(const AuditRecord& record) {
  StoredWriter out;
  out.put(record.sequence);
  out.put(record.partition);
  out.put(record.at);
  out.put(record.action);
  out.put(record.type);
  out.put(record.target);
  put_actor(out, record.actor);
  out.put(record.event);
  out.put(record.from);
  out.put(record.to);
  out.put(record.verification);
  out.put(record.reason);
  out.put(record.ground);
  out.put(record.attempt);
  out.put(record.detail);
  return out.take();
}

Result<AuditRecord> decode_audit(std::string_view bytes) {
  StoredReader in(bytes);
  AuditRecord record;
  in.get(record.sequence);
  in.get(record.partition);
  in.get(record.at);
  in.get(record.action);
  in.get(record.type, ActionType::disable_account);
  in.get(record.target);
  get_actor(in, record.actor);
  in.get(record.event);
  in.get(record.from);
  in.get(record.to, State::cancelled);
  in.get(record.verification, Verification::failed);
  in.get(record.reason, Reason::dry_run);
  in.get(record.ground, Ground::automatic_undo);
  in.get(record.attempt);
  in.get(record.detail);
  return finish(in, std::move(record), "audit record");
}

std::string encode(const DeadLetter& letter) {
  StoredWriter out;
  out.put(letter.stream);
  out.put(letter.offset);
  out.put(letter.at);
  out.put(letter.reason);
  out.put(letter.detail);
  out.put(letter.bytes);
  return out.take();
}

Result<DeadLetter> decode_dead_letter(std::string_view bytes) {
  StoredReader in(bytes);
  DeadLetter letter;
  in.get(letter.stream);
  in.get(letter.offset);
  in.get(letter.at);
  in.get(letter.reason);
  in.get(letter.detail);
  in.get(letter.bytes);
  return finish(in, std::move(letter), "dead letter");
}

std::string encode(const StreamPosition& position) {
  StoredWriter out;
  out.put(position.stream);
  out.put(position.partition);
  out.put(position.next);
  return out.take();
}

Result<StreamPosition> decode_position(std::string_view bytes) {
  StoredReader in(bytes);
  StreamPosition position;
  in.get(position.stream);
  in.get(position.partition);
  in.get(position.next);
  return finish(in, std::move(position), "position");
}

std::string encode(const Cooldown& cooldown) {
  StoredWriter out;
  out.put(cooldown.key);
  out.put(cooldown.partition);
  out.put(cooldown.opener);
  out.put(cooldown.until);
  return out.take();
}

Result<Cooldown> decode_cooldown(std::string_view bytes) {
  StoredReader in(bytes);
  Cooldown cooldown;
  in.get(cooldown.key);
  in.get(cooldown.partition);
  in.get(cooldown.opener);
  in.get(cooldown.until);
  return finish(in, std::move(cooldown), "cooldown");
}

}  // namespace riposte
