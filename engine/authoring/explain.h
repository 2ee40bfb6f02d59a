/// `riposte explain`: one rule and one event, as a tree for people or as JSON.
#pragma once

#include <ostream>
#include <string>

#include "engine/base/error.h"
#include "rules/matching/rule_set.h"

namespace riposte {

/// The rule that `text` stands for: an id, a name, or the beginning of one id.
/// Errors: not_found with the nearest; conflict (several begin with it).
Result<RuleIndex> find_rule(const RuleSet& rules, const std::string& text);

/// Writes the explanation; true when the rule matches, log source and all.
/// Errors: invalid (the bytes are no event, or a pattern cannot be compiled).
Result<bool> explain_event(const RuleSet& rules, RuleIndex rule, const std::string& event,
                           bool ignore_logsource, bool json, std::ostream& out);

}  // namespace riposte
