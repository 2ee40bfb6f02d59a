/// What stands between a match and an action: the guards of a template, in the order in which they are asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/lifecycle/cooldown.h"
#include "engine/lifecycle/policy.h"
#include "rules/language/rule.h"

namespace riposte {

enum class Guard : std::uint8_t { none, minimum_severity, cooldown, dry_run, forbidden, approval };
std::string_view name_of(Guard guard);

/// What they make of one match, and which of them decided.
struct Verdict {
  enum class Kind : std::uint8_t {
    acts,       ///< it is queued at once
    waits,      ///< it waits for a person
    recorded,   ///< it is recorded as a dry run
    held_back,  ///< there is no action; counted
    refused,    ///< it is recorded as failed: its target is never contained
  };
  Kind kind = Kind::acts;
  Guard guard = Guard::none;
  std::string why;  ///< for people; empty when nothing stopped it
};

bool is_below_minimum(const ActionTemplate& wanted, Severity severity);
/// Why this severity gets no action of the template; nothing when it is severe enough.
std::optional<std::string> below_minimum(const ActionTemplate& wanted, Severity severity);

/// `request`: as rendered from the template. `running`: the cooldown of its key, null when there is none.
Verdict judge(const ActionTemplate& wanted, const ActionRequest& request, const Policy& policy,
              const Cooldown* running, WallTime now);

}  // namespace riposte
