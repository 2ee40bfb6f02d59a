/// One question to an engine and its answer, over a TLS connection of its own.
#pragma once

#include <chrono>

#include "agent/link/endpoint.h"
#include "engine/order/frame.h"
#include "engine/tls/context.h"

namespace riposte::agent {

inline constexpr std::chrono::seconds kExchangeWait{30};

struct Answered {
  order::Frame frame;
  std::vector<Endpoint> engines;  ///< the address that answered, then the others that its name has
};

/// Asks the name service, when the host is a name. Blocks. Errors: unavailable, invalid (no engine answers
/// there), denied (it is not the one that the context believes).
Result<Answered> exchange(const Endpoint& engine, const tls::Context& context, const order::Frame& question);

}  // namespace riposte::agent
