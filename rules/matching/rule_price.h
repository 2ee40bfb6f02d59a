/// How dear a rule is by what sets it off, why, and what its author can do about it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/matching/rule_triggers.h"

namespace riposte {

/// In rising order of how many events have the rule looked at.
enum class CostClass : std::uint8_t {
  cheap,    ///< those with a text that few have
  fair,     ///< those with a short text, a bare number, true or false
  dear,     ///< those with any value at a field
  dearest,  ///< all of its log source
};
inline constexpr std::array<std::string_view, 4> kCostClassNames{"cheap", "fair", "dear", "dearest"};
std::string_view name_of(CostClass cost);

/// Shorter texts stand in many events by accident.
inline constexpr std::size_t kRareTextBytes = 4;
/// The same, of a text that has to be the whole value: chance has less room.
inline constexpr std::size_t kRareWholeBytes = 3;

struct RulePrice {
  CostClass cost = CostClass::cheap;
  std::string reason;  ///< of its dearest trigger, in words; empty: it is cheap
  std::string cure;    ///< what makes it cheaper; empty: it is cheap
  RuleTriggers triggers;
};

/// By RuleIndex.
std::vector<RulePrice> prices_of(const RuleSet& rules);

}  // namespace riposte
