/// `riposte match`: which rules match which events, one line of JSON for every event that has any.
#pragma once

#include <ostream>

#include "engine/authoring/progress.h"
#include "engine/base/error.h"
#include "rules/matching/rule_set.h"

namespace riposte {

struct MatchCounts {
  std::size_t events = 0;
  std::size_t matched = 0;     ///< by at least one rule
  std::size_t unreadable = 0;  ///< lines that are no event
};

/// {"source":"…","line":N,"rules":["id",…]} per event on `out`, ids in order; `file:line: error: …` on
/// `complaints` for a line that is no event. Errors: of read_event_lines(), unavailable (a matching engine
/// ran out of memory).
Result<MatchCounts> match_events(const RuleSet& rules, std::span<const std::string> sources,
                                 std::ostream& out, std::ostream& complaints, Progress& progress);

}  // namespace riposte
