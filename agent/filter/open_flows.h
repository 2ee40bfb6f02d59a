/// The host's open connections, and their end: what a packet filter leaves hanging is aborted at this end.
///
/// Seen are TCP on its way up, open or on its way down, and UDP sockets with a peer. An IPv4 peer of an IPv6
/// socket counts as IPv4.
///
/// Threads: any.
/// Errors:  denied (CAP_NET_ADMIN is missing, or the kernel is built without CONFIG_INET_DIAG_DESTROY),
///          unavailable (the kernel's list could not be read).
/// Limits:  this network namespace alone: those of containers keep their sockets, and only lose their
/// packets.
///          The peer is not told where a filter drops what is said to it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "agent/filter/isolation.h"
#include "agent/filter/local_network.h"
#include "engine/base/error.h"
#include "engine/base/ip_network.h"

namespace riposte {

enum class Transport : std::uint8_t { tcp, udp };

struct Flow {
  Transport transport;
  IpAddress local, remote;
  std::uint16_t local_port, remote_port;
};

/// A flow together with the kernel's name for its socket, which none after it is given.
struct OpenFlow {
  Flow flow;
  bool v6_socket;
  std::array<std::byte, 48> socket;
};

using ChosenFlows = std::function<bool(const Flow&)>;

/// Flows from or to this address.
ChosenFlows flows_with(const IpAddress& address);
/// Flows that the isolation does not let through. Those between the host's own addresses stay.
ChosenFlows flows_cut_by(const Isolation& isolation, const LocalNetwork& local);

Result<std::vector<OpenFlow>> open_flows(const ChosenFlows& chosen);

/// Aborts them; how many. One that ends by itself meanwhile is not counted.
Result<std::size_t> end_flows(const ChosenFlows& chosen);

}  // namespace riposte
