#include "agent/filter/isolation.h"

#include <functional>
#include <set>

#include <fmt/format.h>

namespace riposte {
namespace {

// The chains stand at -150: behind connection tracking, as other tables may need it, and before translation
// of addresses, so that what is compared here is what the process asked for. A drop in any chain is final; an
// accept is not.
//
// Neighbour discovery and DHCP are accepted as far as the link goes and no further (hop limit 255 or 1,
// broadcast and link-local addresses): what is spoken there cannot be sent on by the host's routes. A
// redirect by a neighbour is not accepted. Listeners are reported because a switch that hears of none
// stops forwarding neighbour discovery. "Packet too big" is heard from anybody: routers say it, and without
// it a management flow stalls on a path that became narrower.
constexpr std::string_view kBeforeDhcp = R"(	chain riposte_in {
		type filter hook input priority -150; policy drop;
		iif "lo" accept
		ip saddr . tcp sport @management4 tcp flags & (syn | ack) != syn accept
		ip6 saddr . tcp sport @management6 tcp flags & (syn | ack) != syn accept
		ip saddr @kept4 accept
		ip6 saddr @kept6 accept
		ip saddr . tcp sport @resolvers4 tcp flags & (syn | ack) != syn accept
		ip6 saddr . tcp sport @resolvers6 tcp flags & (syn | ack) != syn accept
		ip saddr . udp sport @resolvers4 accept
		ip6 saddr . udp sport @resolvers6 accept
		icmpv6 type { nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
		icmpv6 type mld-listener-query ip6 hoplimit 1 accept
		icmpv6 type packet-too-big accept
		icmp type destination-unreachable icmp code frag-needed accept
)";
constexpr std::string_view kDhcpIn = R"(		udp sport 67 udp dport 68 accept
		ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept
)";
constexpr std::string_view kBetweenDhcp = R"(	}
	chain riposte_out {
		type filter hook output priority -150; policy drop;
		oif "lo" accept
		ip daddr . tcp dport @management4 accept
		ip6 daddr . tcp dport @management6 accept
		ip daddr @kept4 accept
		ip6 daddr @kept6 accept
		ip daddr . tcp dport @resolvers4 accept
		ip6 daddr . tcp dport @resolvers6 accept
		ip daddr . udp dport @resolvers4 accept
		ip6 daddr . udp dport @resolvers6 accept
		icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept
		icmpv6 type { mld-listener-report, mld2-listener-report } ip6 hoplimit 1 accept
)";
constexpr std::string_view kDhcpOut =
    R"(		ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept
		ip6 daddr ff02::1:2 udp sport 546 udp dport 547 accept
)";
constexpr std::string_view kAfterDhcp = R"(	}
	chain riposte_through {
		type filter hook forward priority -150; policy drop;
	}
}
)";

/// Ordered and each once, so that one isolation has one rendering.
struct Elements {
  std::set<std::string> v4, v6;

  void add(const IpAddress& address) { of(address).insert(text_of(address)); }
  void add(const IpAddress& address, std::uint16_t port) {
    of(address).insert(fmt::format("{} . {}", text_of(address), port));
  }
  std::set<std::string>& of(const IpAddress& address) { return address.v6 ? v6 : v4; }
};

std::string set_text(std::string_view name, std::string_view type, const std::set<std::string>& elements) {
  const std::string filled =
      elements.empty() ? "" : fmt::format("\t\telements = {{ {} }}\n", fmt::join(elements, ", "));
  return fmt::format("\tset {} {{\n\t\ttype {}\n{}\t}}\n", name, type, filled);
}

std::string sets_of(std::string_view name, std::string_view with, const Elements& elements) {
  return set_text(fmt::format("{}4", name), fmt::format("ipv4_addr{}", with), elements.v4) +
         set_text(fmt::format("{}6", name), fmt::format("ipv6_addr{}", with), elements.v6);
}

std::string sets_of(const Isolation& given) {
  const Isolation isolation = canonical(given);
  Elements management, kept, resolvers;
  for (const ManagementFlow& flow : isolation.management) management.add(flow.address, flow.port);
  for (const IpAddress& address : isolation.kept) kept.add(address);
  for (const IpAddress& address : isolation.resolvers) resolvers.add(address, kDnsPort);
  return sets_of("management", " . inet_service", management) + sets_of("kept", "", kept) +
         sets_of("resolvers", " . inet_service", resolvers);
}

}  // namespace

Isolation canonical(Isolation isolation) {
  for (ManagementFlow& flow : isolation.management) flow.address = canonical(flow.address);
  for (IpAddress& address : isolation.kept) address = canonical(address);
  for (IpAddress& address : isolation.resolvers) address = canonical(address);
  return isolation;
}

std::string render_isolation(const Isolation& isolation) {
  return fmt::format("{}table inet {} {{\n{}{}{}{}{}{}", render_release(), kIsolationTable,
                     sets_of(isolation), kBeforeDhcp, isolation.dhcp ? kDhcpIn : "", kBetweenDhcp,
                     isolation.dhcp ? kDhcpOut : "", kAfterDhcp);
}

std::string render_release() {
  return fmt::format("table inet {0}\ndelete table inet {0}\n", kIsolationTable);
}

}  // namespace riposte
