/// The names and addresses under which detections may know this machine.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/base/ip_network.h"
#include "engine/config/configuration.h"

namespace riposte {

/// What the machine calls itself.
std::string own_host_name();

/// The machine's own name, its machine id (machine-id(5)) and the names that the configuration adds.
std::set<std::string> own_host_names(const Configuration& configuration);

/// Those that its interfaces have at this moment. Empty when the machine does not say.
std::vector<IpNetwork> own_addresses();

/// The configured policy, and this machine is never contained: whoever does the containing must stay
/// reachable.
Policy policy_on_this_host(const Configuration& configuration);

}  // namespace riposte
