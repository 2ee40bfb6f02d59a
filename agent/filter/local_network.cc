#include "agent/filter/local_network.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "agent/filter/netlink.h"

namespace riposte {
namespace {

constexpr int kReadingsMax = 5;  // the kernel's tables may change while they are read
constexpr std::size_t kV4Bytes = 4;
constexpr std::size_t kV6Bytes = 16;

void add(std::vector<IpAddress>& list, const IpAddress& address) {
  if (std::ranges::find(list, address) == list.end()) list.push_back(address);
}

void add(std::vector<IpAddress>& list, Netlink::Body bytes, bool v6) {
  IpAddress address{.v6 = v6};
  if (bytes.size() != (v6 ? kV6Bytes : kV4Bytes)) return;
  std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
  add(list, address);
}

/// `each(head, attributes)` for every entry of the kernel's list that begins with a `Head`.
template <class Head, class Each>
Result<void> list_entries(const Netlink& kernel, std::uint16_t type, const Each& each) {
  const Head all{};
  return kernel.list(type, bytes_of(all), [&](Netlink::Body body) {
    Head head{};
    if (body.size() < NLMSG_ALIGN(sizeof(head))) return;
    std::memcpy(&head, body.data(), sizeof(head));
    each(head, body.subspan(NLMSG_ALIGN(sizeof(head))));
  });
}

void read_address(const ifaddrmsg& head, Netlink::Body attributes, LocalNetwork& found) {
  const bool v6 = head.ifa_family == AF_INET6;
  if (!v6 && head.ifa_family != AF_INET) return;
  each_attribute(attributes, [&](std::uint16_t type, Netlink::Body value) {
    // On a line between two points IFA_ADDRESS is the other one.
    if (type == IFA_LOCAL || (v6 && type == IFA_ADDRESS)) add(found.own, value, v6);
    if (type == IFA_BROADCAST) add(found.broadcasts, value, v6);
  });
}

/// RTA_VIA: a gateway of the other family than the route.
void read_via(Netlink::Body value, LocalNetwork& found) {
  rtvia via{};
  if (value.size() < sizeof(via)) return;
  std::memcpy(&via, value.data(), sizeof(via));
  add(found.gateways, value.subspan(sizeof(via)), via.rtvia_family == AF_INET6);
}

void read_gateways(Netlink::Body attributes, bool v6, LocalNetwork& found);

/// RTA_MULTIPATH: one head with attributes of its own for each way.
void read_ways(Netlink::Body ways, bool v6, LocalNetwork& found) {
  rtnexthop head{};
  while (ways.size() >= sizeof(head)) {
    std::memcpy(&head, ways.data(), sizeof(head));
    if (head.rtnh_len < sizeof(head) || head.rtnh_len > ways.size()) return;
    read_gateways(ways.subspan(sizeof(head), head.rtnh_len - sizeof(head)), v6, found);
    ways = ways.subspan(std::min<std::size_t>(RTNH_ALIGN(head.rtnh_len), ways.size()));
  }
}

void read_gateways(Netlink::Body attributes, bool v6, LocalNetwork& found) {
  each_attribute(attributes, [&](std::uint16_t type, Netlink::Body value) {
    if (type == RTA_GATEWAY) add(found.gateways, value, v6);
    if (type == RTA_VIA) read_via(value, found);
    if (type == RTA_MULTIPATH) read_ways(value, v6, found);
  });
}

Result<LocalNetwork> read_once(const Netlink& kernel) {
  LocalNetwork found;
  TRY_DOING("listing addresses",
            list_entries<ifaddrmsg>(kernel, RTM_GETADDR,
                                    [&](const auto& head, auto rest) { read_address(head, rest, found); }));
  TRY_DOING("listing routes", list_entries<rtmsg>(kernel, RTM_GETROUTE, [&](const auto& head, auto rest) {
              read_gateways(rest, head.rtm_family == AF_INET6, found);
            }));
  return found;
}

}  // namespace

std::vector<IpAddress> resolvers_in(std::string_view text) {
  std::vector<IpAddress> found;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, value;
    if (!(words >> key >> value) || key != "nameserver") continue;
    if (const auto address = parse_address(value.substr(0, value.find('%')))) add(found, canonical(*address));
  }
  return found;
}

Result<LocalNetwork> read_local_network(std::span<const char* const> resolver_files) {
  const Netlink kernel = TRY(Netlink::open(NETLINK_ROUTE));
  Result<LocalNetwork> found = read_once(kernel);
  for (int i = 1; !found && i < kReadingsMax; ++i) found = read_once(kernel);
  if (!found) return found;
  for (const char* path : resolver_files) {
    std::ostringstream text;
    if (std::ifstream file(path); file) text << file.rdbuf();
    for (const IpAddress& resolver : resolvers_in(text.str())) add(found->resolvers, resolver);
  }
  return found;
}

}  // namespace riposte
