/// Why a rule matches an event, or why not: its condition as a tree, with what the event has at the leaves.
#pragma once

#include <string>
#include <vector>

#include "engine/base/error.h"
#include "rules/matching/rule_set.h"

namespace riposte {

struct Explanation {
  bool holds = false;
  std::string what;  ///< "all of these", "selection 'x'", "process.name is 'xmrig'"
  std::string seen;  ///< of a leaf: what the event has there
  std::vector<Explanation> parts;
};

/// The condition alone: log sources are not looked at. `recognised`: the event as its format reads it.
/// Errors: invalid (a pattern cannot be compiled).
Result<Explanation> explain(const Rule& rule, const Recognised& recognised);

}  // namespace riposte
