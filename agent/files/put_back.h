/// Putting a file from the vault back as it was: content, owner, mode, attributes and times.
///
/// It appears whole or not at all, and never over something that has its name. Its entry stays in the vault.
///
/// Errors:  not_found (no entry), invalid (it had no name), conflict (something has the name), denied (not
/// permitted), corrupt (the entry does
///          not decode to what was taken in), unavailable (no space, I/O, a file system without O_TMPFILE).
/// Limits:  the time of its last change of state and its birth are those of the restoration; hard links to
/// other
///          names are not made again. Whether the place is protected, the caller asks.
#pragma once

#include <string>

#include "agent/files/resolve.h"
#include "agent/files/vault.h"

namespace riposte::files {

struct PutBack {
  bool already = false;  ///< it was there, the same in everything
};

/// In `place`, under the name that it had. The caller has resolved the directory of the sidecar's path.
Result<PutBack> put_back(const std::string& action, const Vault& vault, const Place& place);

/// What of the file is not as the sidecar says; empty where all of it is. Content, owner, mode, attributes
/// and time of the last change. Errors: denied, unavailable.
Result<std::string> difference(const Descriptor& file, const Sidecar& sidecar);

}  // namespace riposte::files
