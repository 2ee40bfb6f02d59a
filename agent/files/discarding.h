/// Removing entries from the vault for good: one by hand, or those whose time there is over.
///
/// Errors:  not_found, conflict (somebody is about to change the entry), denied, unavailable, corrupt (a
///          sidecar that does not decode: what it is about cannot be told).
#pragma once

#include <functional>
#include <string>

#include "agent/files/vault.h"

namespace riposte::files {

/// Under the lock of the entry, and durable when it returns. What it was.
Result<Sidecar> discard_entry(const std::string& action, const Vault& vault);

/// So many go in one pass: whoever waits for its end, or reads what it logs, is not held up.
inline constexpr std::size_t kDiscardedPerPass = 256;

struct Retention {
  WallTime taken_before;  ///< what left its place then, or later, stays
  /// Somebody still needs what this action took in.
  std::function<bool(const std::string& action)> is_needed;
  /// An entry goes, for whoever keeps a record of that; before it does.
  std::function<void(const Sidecar&)> goes;
};
struct Discarded {
  std::size_t count = 0;
  bool more = false;  ///< others could go as well: kDiscardedPerPass were enough for once
};
/// Files that may still be at their place stay, and entries that are held or damaged, and those that do not
/// say when they were made.
Result<Discarded> discard_old(const Vault& vault, const Retention& retention);

}  // namespace riposte::files
