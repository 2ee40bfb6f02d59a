#include "engine/config/host_names.h"

#include <array>
#include <fstream>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <limits.h>
#include <unistd.h>

namespace riposte {

std::string own_host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::set<std::string> own_host_names(const Configuration& configuration) {
  std::set<std::string> names = configuration.host_names;
  names.insert(own_host_name());
  std::string machine_id;
  if (std::ifstream("/etc/machine-id") >> machine_id) names.insert(machine_id);
  return names;
}

std::vector<IpNetwork> own_addresses() {
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) != 0) return {};
  std::vector<IpNetwork> addresses;
  for (const ifaddrs* each = interfaces; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    if (each->ifa_addr->sa_family == AF_INET)
      bytes = &reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
    else if (each->ifa_addr->sa_family == AF_INET6)
      bytes = &reinterpret_cast<const sockaddr_in6*>(each->ifa_addr)->sin6_addr;
    if (bytes == nullptr) continue;
    if (inet_ntop(each->ifa_addr->sa_family, bytes, text.data(), text.size()) == nullptr) continue;
    if (const auto network = parse_network(text.data())) addresses.push_back(*network);
  }
  freeifaddrs(interfaces);
  return addresses;
}

Policy policy_on_this_host(const Configuration& configuration) {
  Policy policy = configuration.policy;
  for (const std::string& name : own_host_names(configuration))
    policy.never.hosts.push_back({name, "the engine's own host"});
  for (const IpNetwork& address : own_addresses())
    policy.never.addresses.push_back({address, "an address of the engine's own host"});
  return policy;
}

}  // namespace riposte
