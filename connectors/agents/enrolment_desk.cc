#include "connectors/agents/enrolment_desk.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/base/log.h"

namespace riposte::agents {

Result<enrolment::Enrolled> EnrolmentDesk::enrol(const enrolment::SignedEnrol& asked, WallTime now) {
  const enrolment::Enrol enrol = TRY(enrolment::open_enrol(asked));
  TRY(tokens_.check(enrol.token, enrol.name, now));
  TRY(registry_.check_admission(enrol.machine_id, enrol.name));
  const auto request = TRY(tls::CertificateRequest::from_pem(enrol.request));
  const tls::Certificate certificate = TRY(keys_.authority.sign_agent(request, enrol.machine_id, now));
  // The token first: after a crash in between, one token is lost and no host is in the fleet unasked.
  TRY(tokens_.burn(enrol.token, enrol.name, now));
  const AgentEntry entry = TRY(registry_.enrol({.machine_id = enrol.machine_id,
                                                .name = enrol.name,
                                                .aliases = free_aliases(enrol),
                                                .report_key = enrol.report_key,
                                                .certificate_fingerprint = certificate.fingerprint(),
                                                .enrolled_at = now}));
  log::info("a host was enrolled", {{"machine_id", entry.machine_id},
                                    {"name", entry.name},
                                    {"enrolment", static_cast<std::int64_t>(entry.enrolment)}});
  return enrolment::Enrolled{.fleet = keys_.fleet,
                             .machine_id = entry.machine_id,
                             .enrolment = entry.enrolment,
                             .certificate = certificate.pem(),
                             .authority = keys_.authority.certificate().pem(),
                             .order_keys = {keys_.order_key.public_key()}};
}

Result<enrolment::Renewed> EnrolmentDesk::renew(const std::string& machine_id, const enrolment::Renew& asked,
                                                WallTime now) {
  const auto request = TRY(tls::CertificateRequest::from_pem(asked.request));
  const tls::Certificate certificate = TRY(keys_.authority.sign_agent(request, machine_id, now));
  TRY(registry_.offer_certificate(machine_id, certificate.fingerprint()));
  return enrolment::Renewed{certificate.pem()};
}

/// A host may not take what is meant for another by calling itself so.
std::vector<std::string> EnrolmentDesk::free_aliases(const enrolment::Enrol& asked) const {
  const auto others = registry_.list();
  std::vector<std::string> free;
  for (const std::string& name : asked.host_names) {
    const bool taken = std::ranges::any_of(others, [&](const AgentEntry& entry) {
      return entry.machine_id != asked.machine_id && !entry.revoked_at && is_called(entry, name);
    });
    if (!taken && name != asked.name) free.push_back(name);
  }
  return free;
}

}  // namespace riposte::agents
