/// What an event must have for a rule of a set to be looked at, in the words of the rule.
///
/// Limits:  worked out anew with every call, which takes about as long as compiling the set.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rules/matching/literal_index.h"
#include "rules/matching/rule_set.h"

namespace riposte {

struct RuleTrigger {
  std::string field;             ///< as the rule writes it; empty: any text of the event
  std::optional<Anchor> anchor;  ///< empty: any value of the field sets the rule off
  std::string text;              ///< as fold() makes it

  auto operator<=>(const RuleTrigger&) const = default;
};

/// Why nothing in particular sets a rule off.
struct TriggerLack {
  enum class Cause : std::uint8_t {
    negation,  ///< the condition can hold by `not` alone
    absence,   ///< a selection can hold by what the event does not have
    keyword,   ///< a selection has keywords without a text that could be searched for
  };
  Cause cause = Cause::negation;
  std::string selection;  ///< its name; empty for a negation

  bool operator==(const TriggerLack&) const = default;
};

struct RuleTriggers {
  std::vector<RuleTrigger> any_of;  ///< each once
  std::optional<TriggerLack> lack;  ///< then every event of its log source has the rule looked at
};

/// By RuleIndex.
std::vector<RuleTriggers> triggers_of(const RuleSet& rules);

/// "process.name is 'xmrig'", "any value of process.pid".
std::string words_of(const RuleTrigger& trigger);

}  // namespace riposte
