#include "engine/config/host_names.h"

#include <array>
#include <fstream>

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

}  // namespace riposte
