/// Addresses that are never blocked, whoever asks.
///
/// Threads: any.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "agent/filter/local_network.h"
#include "engine/base/ip_network.h"

namespace riposte {

/// Why the address is not to be blocked on this host; empty: nothing speaks against it. `management`: what
/// the host is led from, and what else its owner wants untouched.
std::optional<std::string> why_not_to_block(const IpAddress& address, const LocalNetwork& local,
                                            std::span<const IpNetwork> management);

}  // namespace riposte
