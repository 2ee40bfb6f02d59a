/// Takes hosts into the fleet and gives them their certificates.
///
/// Threads: any.
#pragma once

#include <string>

#include "connectors/agents/enrolment_tokens.h"
#include "connectors/agents/fleet_keys.h"
#include "connectors/agents/registry.h"
#include "engine/enrolment/enrolment.h"

namespace riposte::agents {

class EnrolmentDesk {
 public:
  /// Borrows all of them.
  EnrolmentDesk(const FleetKeys& keys, Registry& registry, EnrolmentTokens& tokens)
      : keys_(keys), registry_(registry), tokens_(tokens) {}

  /// The token is burned and the host on disk before this returns; an answer that gets lost needs a new
  /// token. Errors: invalid, denied (token), conflict (name), corrupt, unavailable.
  Result<enrolment::Enrolled> enrol(const enrolment::SignedEnrol& asked, WallTime now);
  /// A new certificate for a host that has shown its old one. Errors: invalid, denied (revoked), unavailable.
  Result<enrolment::Renewed> renew(const std::string& machine_id, const enrolment::Renew& asked,
                                   WallTime now);

 private:
  std::vector<std::string> free_aliases(const enrolment::Enrol& asked) const;

  const FleetKeys& keys_;
  Registry& registry_;
  EnrolmentTokens& tokens_;
};

}  // namespace riposte::agents
