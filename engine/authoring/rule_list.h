/// `riposte rules list`: what each rule matches on, its responses, and what it costs to ask it.
#pragma once

#include <ostream>

#include "rules/matching/rule_set.h"

namespace riposte {

/// How much work a rule is: its patterns, of which expressions and keywords count more.
std::size_t cost_of(const Rule& rule);

void print_rules(const RuleSet& rules, std::ostream& out);
void print_rules_json(const RuleSet& rules, std::ostream& out);

}  // namespace riposte
