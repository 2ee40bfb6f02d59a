/// `riposte explain`: one rule and one event, as a tree for people or as JSON.
#pragma once

#include <ostream>
#include <string>

#include "engine/base/error.h"
#include "engine/lifecycle/policy.h"
#include "rules/matching/rule_set.h"

namespace riposte {

/// The rule that `text` stands for: an id, a name, or the beginning of one id.
/// Errors: not_found with the nearest; conflict (several begin with it).
Result<RuleIndex> find_rule(const RuleSet& rules, const std::string& text);

/// The tree alone, for people. Errors: invalid (a pattern cannot be compiled).
Result<void> print_explanation(const RuleSet& rules, RuleIndex rule, const Event& event, std::ostream& out);

/// What decides besides the rule and the event.
struct ExplainContext {
  const Policy& policy;
  const ActionCatalogue& actions;
  WallTime now;  ///< decides on active hours
  bool ignore_logsource = false;
};

/// Writes the explanation; true when the rule matches, log source and all.
/// Errors: invalid (the bytes are no event, or a pattern cannot be compiled).
Result<bool> explain_event(const RuleSet& rules, RuleIndex rule, const std::string& event,
                           const ExplainContext& context, bool json, std::ostream& out);

}  // namespace riposte
