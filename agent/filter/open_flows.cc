#include "agent/filter/open_flows.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "agent/filter/netlink.h"

namespace riposte {
namespace {

static_assert(sizeof(inet_diag_sockid) == sizeof(OpenFlow::socket));

constexpr std::uint16_t kDhcpServerPort = 67;
constexpr std::uint16_t kDhcp6ServerPort = 547;

constexpr std::uint32_t bit_of(int state) { return std::uint32_t{1} << static_cast<unsigned>(state); }

// A socket that listens is no flow, one in TIME_WAIT no longer. The kernel lists a half-open connection of a
// listener by its own name for the state.
constexpr int kHalfOpen = 12;
constexpr std::uint32_t kTcpStates = bit_of(TCP_ESTABLISHED) | bit_of(TCP_SYN_SENT) | bit_of(TCP_SYN_RECV) |
                                     bit_of(TCP_FIN_WAIT1) | bit_of(TCP_FIN_WAIT2) | bit_of(TCP_CLOSE_WAIT) |
                                     bit_of(TCP_LAST_ACK) | bit_of(TCP_CLOSING) | bit_of(kHalfOpen);
constexpr std::uint32_t kUdpStates = bit_of(TCP_ESTABLISHED);

IpAddress address_from(const __be32 (&words)[4], bool v6) {
  IpAddress address{.v6 = v6};
  std::memcpy(address.bytes.data(), words, v6 ? 16 : 4);
  return canonical(address);
}

OpenFlow flow_of(const inet_diag_msg& said, Transport transport) {
  const bool v6 = said.idiag_family == AF_INET6;
  OpenFlow open{.flow = {.transport = transport,
                         .local = address_from(said.id.idiag_src, v6),
                         .remote = address_from(said.id.idiag_dst, v6),
                         .local_port = ntohs(said.id.idiag_sport),
                         .remote_port = ntohs(said.id.idiag_dport)},
                .v6_socket = v6,
                .socket = {}};
  std::memcpy(open.socket.data(), &said.id, sizeof(said.id));
  return open;
}

inet_diag_req_v2 request_for(Transport transport, bool v6) {
  inet_diag_req_v2 request{};
  request.sdiag_family = v6 ? AF_INET6 : AF_INET;
  request.sdiag_protocol = transport == Transport::tcp ? IPPROTO_TCP : IPPROTO_UDP;
  request.idiag_states = transport == Transport::tcp ? kTcpStates : kUdpStates;
  return request;
}

Result<void> list_flows(const Netlink& kernel, Transport transport, bool v6, const ChosenFlows& chosen,
                        std::vector<OpenFlow>& found) {
  const inet_diag_req_v2 request = request_for(transport, v6);
  return kernel.list(SOCK_DIAG_BY_FAMILY, bytes_of(request), [&](Netlink::Body body) {
    inet_diag_msg said{};
    if (body.size() < sizeof(said)) return;
    std::memcpy(&said, body.data(), sizeof(said));
    const OpenFlow open = flow_of(said, transport);
    if (chosen(open.flow)) found.push_back(open);
  });
}

Result<std::vector<OpenFlow>> listed_by(const Netlink& kernel, const ChosenFlows& chosen) {
  std::vector<OpenFlow> found;
  for (const Transport transport : {Transport::tcp, Transport::udp})
    for (const bool v6 : {false, true})
      TRY_DOING("listing open connections", list_flows(kernel, transport, v6, chosen, found));
  return found;
}

/// True if it was this order that ended it.
Result<bool> end_flow(const Netlink& kernel, const OpenFlow& open) {
  inet_diag_req_v2 request = request_for(open.flow.transport, open.v6_socket);
  std::memcpy(&request.id, open.socket.data(), open.socket.size());
  const int error = TRY(kernel.order(SOCK_DESTROY, bytes_of(request)));
  switch (error) {
    case 0:
      return true;
    case ENOENT:
      return false;
    case EOPNOTSUPP:
      return fail(Errc::denied, "this kernel ends no connections (CONFIG_INET_DIAG_DESTROY is not set)");
    default:
      return fail(Errc::denied,
                  "the kernel does not end a connection: " + std::generic_category().message(error));
  }
}

bool is_loopback(const IpAddress& address) {
  static const IpAddress kLoopback6 = *parse_address("::1");
  return address.v6 ? address == kLoopback6 : address.bytes[0] == IN_LOOPBACKNET;
}

bool lets_through(const Isolation& isolation, const Flow& flow) {
  const auto is_in = [&](const std::vector<IpAddress>& list) {
    return std::ranges::find(list, flow.remote) != list.end();
  };
  const bool leased = flow.transport == Transport::udp &&
                      flow.remote_port == (flow.remote.v6 ? kDhcp6ServerPort : kDhcpServerPort);
  const bool managed =
      flow.transport == Transport::tcp &&
      std::ranges::find(isolation.management, ManagementFlow{flow.remote, flow.remote_port}) !=
          isolation.management.end();
  return managed || (leased && isolation.dhcp) || is_in(isolation.kept) ||
         (flow.remote_port == kDnsPort && is_in(isolation.resolvers));
}

}  // namespace

ChosenFlows flows_with(const IpAddress& address) {
  return [peer = canonical(address)](const Flow& flow) { return flow.remote == peer || flow.local == peer; };
}

ChosenFlows flows_cut_by(const Isolation& isolation, const LocalNetwork& local) {
  return [isolation = canonical(isolation), own = local.own](const Flow& flow) {
    const bool stays_here = is_loopback(flow.remote) || std::ranges::find(own, flow.remote) != own.end();
    return !stays_here && !lets_through(isolation, flow);
  };
}

Result<std::vector<OpenFlow>> open_flows(const ChosenFlows& chosen) {
  return listed_by(TRY(Netlink::open(NETLINK_SOCK_DIAG)), chosen);
}

Result<std::size_t> end_flows(const ChosenFlows& chosen) {
  const Netlink kernel = TRY(Netlink::open(NETLINK_SOCK_DIAG));
  const std::vector<OpenFlow> found = TRY(listed_by(kernel, chosen));
  std::size_t ended = 0;
  for (const OpenFlow& open : found) ended += TRY(end_flow(kernel, open)) ? 1 : 0;
  return ended;
}

}  // namespace riposte
