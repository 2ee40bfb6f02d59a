/// The deeds of this host, as the privileged program asks for them.
#pragma once

#include <string>

#include "agent/hands/craft.h"

namespace riposte::agent {

Craft craft_of_deeds(std::string vault_directory);

}  // namespace riposte::agent
