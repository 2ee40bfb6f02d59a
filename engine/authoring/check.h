/// `riposte check`: every mistake of the configuration, the scripts and the rules, and a line that counts.
#pragma once

#include <ostream>
#include <span>

#include "engine/config/loading.h"

namespace riposte {

/// Diagnostics one per line, then "N rules loaded, M refused"; or one JSON document.
void print_check(const Loaded& loaded, bool json, std::ostream& out);

/// Nothing was refused and there is no error.
bool is_clean(const Loaded& loaded);

}  // namespace riposte
