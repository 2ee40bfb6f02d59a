/// `riposte rules schema`: the rule file as a JSON Schema (draft 2020-12), for editors that complete and
/// check while one types.
#pragma once

#include <span>
#include <string>

#include "engine/lifecycle/action_type.h"

namespace riposte {

/// `types`: the actions that this version carries out.
std::string rule_json_schema(std::span<const ActionType> types);

}  // namespace riposte
