/// What partitions have to agree on: the new actions that are not yet on record, so that one detection that
/// comes in two partitions at the same moment makes its actions once; the cooldowns that are running; and
/// what the orders of one mean for the other.
///
/// Threads: any.
/// Limits:  what a claim protects until it is given back is the time between a look into the store and the
///          commit; a crash forgets all claims, and the detection of whoever had one is then read again.
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "engine/base/ids.h"
#include "engine/pipeline/cooldowns.h"
#include "engine/pipeline/notices.h"

namespace riposte {

class Claims {
 public:
  /// Nothing when the action is now the caller's to make; else the digest of the event for which another
  /// partition is making it.
  std::optional<std::string> take(const ActionId& id, const std::string& event_digest) {
    const std::scoped_lock lock(mutex_);
    const auto [claim, fresh] = claims_.try_emplace(id, event_digest);
    if (fresh) return {};
    return claim->second;
  }

  /// They are on record, where everybody finds them, or will not be made.
  void give_back(std::span<const ActionId> ids) {
    const std::scoped_lock lock(mutex_);
    for (const ActionId& id : ids) claims_.erase(id);
  }

  Cooldowns& cooldowns() { return cooldowns_; }
  Notices& notices() { return notices_; }

 private:
  Cooldowns cooldowns_;
  Notices notices_;
  std::mutex mutex_;
  std::unordered_map<ActionId, std::string> claims_;
};

}  // namespace riposte
