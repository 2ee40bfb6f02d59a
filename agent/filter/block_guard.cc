#include "agent/filter/block_guard.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace riposte {
namespace {

struct Reserved {
  std::string_view network;
  std::string_view what;
};

constexpr std::array<Reserved, 7> kReserved{{{"127.0.0.0/8", "a loopback address"},
                                             {"::1/128", "the loopback address"},
                                             {"224.0.0.0/4", "a multicast address"},
                                             {"ff00::/8", "a multicast address"},
                                             {"255.255.255.255/32", "the broadcast address"},
                                             {"0.0.0.0/8", "no address of a host"},
                                             {"::/128", "no address of a host"}}};

bool is_in(const std::vector<IpAddress>& list, const IpAddress& address) {
  return std::ranges::find(list, address) != list.end();
}

std::string_view role_of(const IpAddress& address, const LocalNetwork& local) {
  for (const auto& [network, what] : kReserved)
    if (parse_network(network)->contains(address)) return what;
  if (is_in(local.own, address)) return "an address of this host";
  if (is_in(local.broadcasts, address)) return "a broadcast address of this host's networks";
  if (is_in(local.gateways, address)) return "a gateway of this host";
  if (is_in(local.resolvers, address)) return "a name resolver of this host";
  return {};
}

}  // namespace

std::optional<std::string> why_not_to_block(const IpAddress& address, const LocalNetwork& local,
                                            std::span<const IpNetwork> management) {
  const IpAddress seen = canonical(address);
  if (const auto role = role_of(seen, local); !role.empty())
    return fmt::format("{} is {}", text_of(seen), role);
  const auto guarded =
      std::ranges::find_if(management, [&](const IpNetwork& network) { return network.contains(seen); });
  if (guarded == management.end()) return {};
  return fmt::format("{} is in the management network {}", text_of(seen), text_of(*guarded));
}

}  // namespace riposte
