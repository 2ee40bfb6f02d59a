/// Reads what bounds one response in time and number: cooldown, pickup deadline, time to live, dry run.
#pragma once

#include "rules/language/map_reader.h"
#include "rules/language/rule.h"

namespace riposte {

/// A shorter one would hold nothing back.
inline constexpr Duration kCooldownMin = std::chrono::seconds(1);
/// Every one that is running is held in memory.
inline constexpr Duration kCooldownMax = std::chrono::days(7);
/// As long as the longest that an action type has of its own.
inline constexpr Duration kPickupDeadlineMax = std::chrono::days(7);
inline constexpr Duration kTtlMin = std::chrono::seconds(1);
/// More fields than this tell everything from everything.
inline constexpr std::size_t kDeduplicateFieldsMax = 16;

void read_limits(MapReader& response, ActionTemplate& made);

/// `made` has its type already: it must be one that can be undone here.
void read_ttl(MapReader& response, ActionTemplate& made, const ActionCatalogue& actions);

}  // namespace riposte
