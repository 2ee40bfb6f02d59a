/// Where a host stands in its network: what it must not cut itself off from by accident.
///
/// Threads: any.
/// Errors:  unavailable (the kernel's lists could not be read).
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/ip_network.h"

namespace riposte {

struct LocalNetwork {
  std::vector<IpAddress> own;         ///< of all interfaces
  std::vector<IpAddress> broadcasts;  ///< of its networks
  std::vector<IpAddress> gateways;    ///< of all routes
  std::vector<IpAddress> resolvers;   ///< loopback ones are among them where a local one is asked
};

/// Where resolvers are named: for the C library, and behind the local resolver of systemd.
inline constexpr std::array<const char*, 2> kResolverFiles{"/etc/resolv.conf",
                                                           "/run/systemd/resolve/resolv.conf"};

/// A resolver file that is not there names none.
Result<LocalNetwork> read_local_network(std::span<const char* const> resolver_files = kResolverFiles);

/// Of the format of resolv.conf(5).
std::vector<IpAddress> resolvers_in(std::string_view text);

}  // namespace riposte
