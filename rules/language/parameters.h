/// Reads `parameters:` of one response against what the action or script takes.
#pragma once

#include <map>
#include <string>

#include "rules/language/map_reader.h"
#include "rules/language/rule.h"

namespace riposte {

/// `made` has its type and script already.
std::map<std::string, ParameterSource> read_parameters(MapReader& response, const ActionTemplate& made,
                                                       const ActionCatalogue& actions);

}  // namespace riposte
