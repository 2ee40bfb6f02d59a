#include "engine/lifecycle/codec.h"

#include <concepts>
#include <utility>

#include "engine/lifecycle/stored_bytes.h"

namespace riposte {
namespace {

/// A record to be written, or one to be read into.
template <class T, class Record>
concept Either = std::same_as<std::remove_const_t<T>, Record>;

// The fields of each record in the order in which they are stored. `stored`: a StoredWriter or a
// StoredReader.

void fields(auto& stored, Either<Cause> auto& cause) {
  stored(cause.stream, cause.offset, cause.event_uid, cause.event_digest, cause.rule, cause.rule_title,
         cause.rule_digest, cause.template_name);
}

void fields(auto& stored, Either<Actor> auto& actor) { stored(actor.kind, actor.name); }

void request_fields(auto& stored, auto& request) {
  stored(request.id, request.partition, request.type, request.host, request.target, request.parameters,
         request.not_after, request.severity, request.comment);
  fields(stored, request.cause);
  fields(stored, request.submitter);
  stored(request.authors, request.verify_after, request.pickup_deadline, request.defect);
}

/// What version 2 added to an action, behind everything else.
void additions(auto& stored, auto& action) {
  stored(action.chain.after, action.chain.position, action.chain.length, action.cooldown.key,
         action.cooldown.length, action.ttl, action.dry_run, action.undoes, action.held, action.undo_due,
         action.undone_by, action.swallowed);
}

/// What version 3 added, behind that.
void additions_of_3(auto& stored, auto& action) {
  stored(action.host_id, action.execute_from.place, action.execute_from.agent, action.failed_undo);
}

void fields(auto& stored, Either<Action> auto& action) {
  request_fields(stored, action);
  stored(action.state, action.verification, action.reason, action.ground, action.in_doubt, action.attempt,
         action.checks, action.due_at, action.created_at, action.updated_at, action.approver, action.detail,
         action.evidence);
  if (stored.version() > 1) additions(stored, action);
  if (stored.version() > 2)
    additions_of_3(stored, action);
  else if constexpr (!std::is_const_v<std::remove_reference_t<decltype(action)>>)
    action.execute_from = usual_place_of(action.type);
}

void fields(auto& stored, Either<AuditRecord> auto& record) {
  stored(record.sequence, record.partition, record.at, record.action, record.type, record.target);
  fields(stored, record.actor);
  stored(record.event, record.from, record.to, record.verification, record.reason, record.ground,
         record.attempt, record.detail);
}

void fields(auto& stored, Either<DeadLetter> auto& letter) {
  stored(letter.stream, letter.offset, letter.at, letter.reason, letter.detail, letter.bytes);
}

void fields(auto& stored, Either<StreamPosition> auto& position) {
  stored(position.stream, position.partition, position.next);
}

void fields(auto& stored, Either<Cooldown> auto& cooldown) {
  stored(cooldown.key, cooldown.partition, cooldown.opener, cooldown.until);
}

template <class Record>
std::string written(const Record& record) {
  StoredWriter out;
  fields(out, record);
  return out.take();
}

template <class Record>
Result<Record> read(std::string_view bytes, std::string_view kind) {
  StoredReader in(bytes);
  Record record;
  fields(in, record);
  if (in.ok()) return record;
  return fail(Errc::corrupt, std::string("stored ") + std::string(kind) +
                                 (in.version_ok() ? " does not decode" : " has an unknown format version"));
}

}  // namespace

std::string encode(const Action& action) { return written(action); }
std::string encode(const AuditRecord& record) { return written(record); }
std::string encode(const DeadLetter& letter) { return written(letter); }
std::string encode(const StreamPosition& position) { return written(position); }
std::string encode(const Cooldown& cooldown) { return written(cooldown); }

Result<Action> decode_action(std::string_view bytes) { return read<Action>(bytes, "action"); }
Result<AuditRecord> decode_audit(std::string_view bytes) { return read<AuditRecord>(bytes, "audit record"); }
Result<DeadLetter> decode_dead_letter(std::string_view bytes) {
  return read<DeadLetter>(bytes, "dead letter");
}
Result<StreamPosition> decode_position(std::string_view bytes) {
  return read<StreamPosition>(bytes, "position");
}
Result<Cooldown> decode_cooldown(std::string_view bytes) { return read<Cooldown>(bytes, "cooldown"); }

}  // namespace riposte
