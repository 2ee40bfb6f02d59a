/// The fleet's own certificate authority: there is one root, which signs agents and the engine directly.
#pragma once

#include <string>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/tls/certificate.h"
#include "engine/tls/private_key.h"
#include "engine/tls/request.h"

namespace riposte::tls {

inline constexpr Duration kAgentCertificateLife = std::chrono::days(90);
/// The authority lasts as long as the fleet; the engine's key lies beside it and is no safer for a shorter
/// life.
inline constexpr Duration kAuthorityLife = std::chrono::days(20 * 365);
inline constexpr Duration kEngineCertificateLife = std::chrono::days(10 * 365);
/// A certificate counts from a little before it was made: the clocks of hosts differ.
inline constexpr Duration kBackdated = std::chrono::hours(1);

/// The name that the engine's certificate carries and agents insist on.
std::string engine_name(const std::string& fleet);

/// Threads: any; it never changes.
class FleetAuthority {
 public:
  /// Errors: invalid (a fleet whose name no certificate can carry).
  static Result<Certificate> self_signed(const PrivateKey& key, const std::string& fleet, WallTime now);
  /// Errors: invalid (the certificate is not that of the key, or none of an authority).
  static Result<FleetAuthority> of(PrivateKey key, Certificate certificate);

  /// For clients, and good for nothing else. Errors: invalid.
  Result<Certificate> sign_agent(const CertificateRequest& request, const std::string& machine_id,
                                 WallTime now, Duration life = kAgentCertificateLife) const;
  /// For servers, and good for nothing else. Errors: invalid.
  Result<Certificate> sign_engine(const PrivateKey& engine, const std::string& fleet, WallTime now,
                                  Duration life = kEngineCertificateLife) const;

  const Certificate& certificate() const { return certificate_; }

 private:
  FleetAuthority(PrivateKey key, Certificate certificate)
      : key_(std::move(key)), certificate_(std::move(certificate)) {}
  PrivateKey key_;
  Certificate certificate_;
};

}  // namespace riposte::tls
