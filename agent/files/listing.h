/// What lies in the vault, for people and for programs.
#pragma once

#include <string>

#include "agent/files/vault.h"

namespace riposte::files {

/// A line for each entry under a line of titles; or that there is none.
Result<std::string> listing_text(const Vault& vault);
/// An array; of a damaged entry its action and what is wrong.
Result<std::string> listing_json(const Vault& vault);

}  // namespace riposte::files
