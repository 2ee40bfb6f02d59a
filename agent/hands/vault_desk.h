/// What a person at the host may do with the vault, beside the program that runs.
#pragma once

#include <string>

#include "agent/hands/setup.h"

namespace riposte::agent {

/// What lies there. Errors: not_found (no vault under this state), denied, unavailable.
Result<std::string> vault_listing(const Setup& setup, bool json);

/// Removes an entry for good. A line that says what it was. Errors: not_found, conflict (a child of the
/// program is at it), denied, corrupt, unavailable.
Result<std::string> discard_from_vault(const Setup& setup, const std::string& action);

}  // namespace riposte::agent
