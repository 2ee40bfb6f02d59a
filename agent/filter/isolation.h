/// A host that talks to its management alone, as one table of packet filters.
///
/// Accepted are: loopback, connections that the host opens to a management flow, all traffic with kept
/// addresses, neighbour discovery, and where asked, DHCP and DNS. All else is dropped in both directions and
/// in passing, so containers, guests and published ports are cut off too. No rule asks for the state of a
/// connection: a session that was open before gets no answer either, once end_flows has ended it here.
///
/// The table is a view: it is rendered whole and handed to Nftables::apply as one transaction.
///
/// Threads: any.
/// Limits:  packets that do not pass the host's packet filter are not stopped: those of raw packet sockets,
/// of
///          flows that a foreign flowtable forwards, and of containers bridged or passed through to the wire.
///          Of transports, only TCP is accepted to the management. A management flow inside a tunnel that
///          ends on this host needs the tunnel's peer among the kept addresses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/ip_network.h"

namespace riposte {

inline constexpr std::string_view kIsolationTable = "riposte_isolation";
inline constexpr std::uint16_t kDnsPort = 53;

/// TCP that the host opens to this address and port.
struct ManagementFlow {
  IpAddress address;
  std::uint16_t port;

  bool operator==(const ManagementFlow&) const = default;
};

struct Isolation {
  std::vector<ManagementFlow> management;  ///< empty: nothing gets through that could end it
  std::vector<IpAddress> kept;             ///< all traffic with them goes on
  std::vector<IpAddress> resolvers;        ///< DNS to them goes on; none: no DNS
  bool dhcp = true;                        ///< without it, a lease that ends takes the management flow along
};

/// With every address as packets have it.
Isolation canonical(Isolation isolation);

std::string render_isolation(const Isolation& isolation);

/// No harm where there is none.
std::string render_release();

}  // namespace riposte
