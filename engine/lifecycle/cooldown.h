/// A cooldown: after an action was made, further matches with the same key make none for a while.
///
/// Units: the time is the engine's at the moment of deciding, not the event's: see docs/decisions/009.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/lifecycle/action.h"

namespace riposte {

/// One that is running. Recorded in the same commit as the action that opened it.
struct Cooldown {
  std::string key;
  Partition partition;  ///< of its opener; its row is written there
  ActionId opener;
  WallTime until;

  bool operator==(const Cooldown&) const = default;
};

/// What an order opens when it is made at `now`.
Cooldown cooldown_of(const ActionRequest& request, WallTime now);

/// Whether `running` makes nothing of a match that would have been `candidate`. Its own opener never: a
/// detection that is read again gives what it gave the first time.
bool swallows(const Cooldown& running, const ActionId& candidate, WallTime now);

/// Whose matches count as the same. What a template makes in earnest, as a dry run or as a defective order
/// are three kinds: none of them keeps another from happening.
std::string derive_cooldown_key(const ActionRequest& request, std::span<const std::string> parts);

/// The count of swallowed matches on an action is written at most this often, so that a flood of them is not
/// a flood of writes. A crash loses what was not written.
inline constexpr Duration kSwallowedLag = std::chrono::seconds(5);

}  // namespace riposte
