/// The file that holds a host's local policy, /etc/riposte-agent/policy.yaml.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "agent/ledger/local_policy.h"
#include "engine/base/error.h"

namespace riposte::agent {

/// Errors: invalid, with every mistake on a line of its own: "policy.yaml:3: error: …".
Result<LocalPolicy> parse_policy(std::string_view text, const std::string& file_name);

/// Whoever can write the file can lift every bound, so it belongs to `owner` and nobody else may write it.
/// Errors: not_found, denied (owner, permissions, no plain file), invalid.
Result<LocalPolicy> read_policy(const std::filesystem::path& path, uid_t owner);

}  // namespace riposte::agent
