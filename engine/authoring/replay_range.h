/// Which part of a topic is replayed, as the command line says it.
#pragma once

#include <string>

#include "engine/ports/history.h"

namespace riposte {

/// Empty texts: as far as there is. Errors: invalid (neither an offset nor a moment; an end before its
/// beginning).
Result<HistoryRange> parse_history_range(const std::string& topic, const std::string& from,
                                         const std::string& to);

}  // namespace riposte
