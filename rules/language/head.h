/// What rules and filters begin with alike.
#pragma once

#include "rules/language/map_reader.h"
#include "rules/language/rule.h"

namespace riposte {

LogSource read_logsource(MapReader& map);

/// Sigma's keys that are neither needed nor checked here count as known.
void ignore_unchecked_keys(MapReader& map);

}  // namespace riposte
