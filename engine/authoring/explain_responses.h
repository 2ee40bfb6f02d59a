/// What the responses of a rule would come to for an event that it matches, and which guard decided.
#pragma once

#include <string>
#include <vector>

#include "engine/lifecycle/policy.h"
#include "rules/matching/rule_set.h"

namespace riposte {

struct ExplainedResponse {
  std::string name;     ///< of the template
  std::string outcome;  ///< acts, waits, recorded, held_back, or failed: a field is missing
  std::string why;      ///< empty when nothing stops it
  std::string target;   ///< "process 4711"
  std::string host;
  std::string comment;  ///< as rendered
};

/// `now`: decides on active hours. Cooldowns are not known here: none is running.
std::vector<ExplainedResponse> explain_responses(const Rule& rule, const Recognised& recognised,
                                                 const Policy& policy, const ActionCatalogue& actions,
                                                 WallTime now);

}  // namespace riposte
