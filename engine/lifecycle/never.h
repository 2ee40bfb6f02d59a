/// What is never contained, whoever asks: by its nature, or because the configuration says so.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/ip_network.h"
#include "engine/lifecycle/action.h"

namespace riposte {

struct NeverTargets {
  std::vector<IpNetwork> addresses;  ///< never blocked, besides what no address of a host can be
  std::set<std::string> hosts;       ///< never isolated; a name without domain stands for it in every domain
  std::set<std::string> paths;       ///< never quarantined, nor anything under them
};

/// Why this order is forbidden on its target; empty when it is not. What lifts a containment never is.
std::optional<std::string> forbidden(const ActionRequest& request, const NeverTargets& never);

}  // namespace riposte
