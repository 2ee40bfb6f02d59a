/// The names under which detections may know this machine.
#pragma once

#include <set>
#include <string>

#include "engine/config/configuration.h"

namespace riposte {

/// What the machine calls itself.
std::string own_host_name();

/// The machine's own name, its machine id (machine-id(5)) and the names that the configuration adds.
std::set<std::string> own_host_names(const Configuration& configuration);

}  // namespace riposte
