/// The keys of the engine's fleet: who certifies hosts, who answers them, who signs what they are told.
///
/// Layout:  ca.key, ca.pem, engine.key, engine.pem, order.key; made on first start. ca.pem comes after those
///          that cannot be made again: where it stands, one of them that is missing has been lost.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/order/keys.h"
#include "engine/tls/authority.h"

namespace riposte::agents {

/// Threads: any; it never changes.
struct FleetKeys {
  std::string fleet;
  tls::FleetAuthority authority;
  tls::PrivateKey engine_key;
  tls::Certificate engine_certificate;
  order::SigningKey order_key;

  /// Errors: invalid (a file that is open to others, does not fit or is lost), unavailable.
  static Result<FleetKeys> open(const std::filesystem::path& directory, const std::string& fleet,
                                WallTime now);
};

}  // namespace riposte::agents
