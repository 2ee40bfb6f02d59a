/// What is never contained, whoever asks: by its nature, or because the configuration says so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/ip_network.h"
#include "engine/lifecycle/action.h"

namespace riposte {

/// One thing that is never contained.
template <typename Thing>
struct Spared {
  Thing what;
  std::string reason{};             ///< for people: every refusal repeats it
  std::optional<WallTime> until{};  ///< from then on it is like any other; empty: for good

  bool operator==(const Spared&) const = default;
};

struct NeverTargets {
  std::vector<Spared<IpNetwork>> addresses;  ///< never blocked, besides what no address of a host can be
  /// Never isolated; a name without domain stands for it in every domain.
  std::vector<Spared<std::string>> hosts;
  std::vector<Spared<std::string>> paths;     ///< never quarantined, nor anything under them
  std::vector<Spared<std::string>> programs;  ///< never killed nor suspended, nor anything under them
};

/// Why this order is forbidden on its target at this time; empty when it is not. What lifts a containment
/// never is. A process is known by the path in its parameter "executable": without one it is not judged here.
std::optional<std::string> forbidden(const ActionRequest& request, const NeverTargets& never, WallTime now);

}  // namespace riposte
