/// The deeds of this host, as the privileged program asks for them.
#pragma once

#include <string>

#include "agent/hands/craft.h"
#include "agent/ledger/local_policy.h"

namespace riposte::agent {

/// `policy` must outlive it.
Craft craft_of_deeds(const LocalPolicy& policy, std::string vault_directory);

}  // namespace riposte::agent
