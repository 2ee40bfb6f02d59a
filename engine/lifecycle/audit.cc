#include "engine/lifecycle/audit.h"

#include <utility>

namespace riposte {

AuditRecord audit_of(const Action* before, const Action& after, Actor actor, std::string event, WallTime at) {
  AuditRecord record;
  record.partition = after.partition;
  record.at = at;
  record.action = after.id;
  record.type = after.type;
  record.target = after.target;
  record.actor = std::move(actor);
  record.event = std::move(event);
  if (before != nullptr) record.from = before->state;
  record.to = after.state;
  record.verification = after.verification;
  record.reason = after.reason;
  record.ground = after.ground;
  record.attempt = after.attempt;
  record.detail = after.detail;
  return record;
}

}  // namespace riposte
