/// What this host's own packet filters do to a packet for an address, asked of the kernel by sending one.
///
/// Threads: any.
/// Errors:  unavailable (no way there, or no socket of that family: nothing is known).
#pragma once

#include "engine/base/error.h"
#include "engine/base/ip_network.h"

namespace riposte {

/// One datagram of one byte to port 9, which throws away what it gets. True: it was dropped before it left.
Result<bool> is_dropped_here(const IpAddress& address);

}  // namespace riposte
