/// Whether a file is out of use: asked of the kernel and the vault, not of what was done.
#pragma once

#include <string>
#include <vector>

#include "agent/files/file_users.h"
#include "agent/files/resolve.h"
#include "agent/files/vault.h"

namespace riposte::files {

struct Proof {
  /// What speaks against it, in sentences; none: it is proved.
  std::vector<std::string> against;
  FileUsers users;
  bool nameless = false;  ///< it had no place that could be looked at

  bool holds() const { return against.empty(); }
};

/// Its place is empty or has another file; the copy decodes to what was taken in and is no program; no
/// process runs it. A process that only has it open is named in `users` and speaks against nothing. Of what
/// had no name, the copy alone is looked at: there is no place, and what runs it was never to end by this.
/// Errors: not_found (no entry), denied, unavailable.
Result<Proof> prove_taken(const std::string& action, const Vault& vault, const Descriptor& root);

}  // namespace riposte::files
