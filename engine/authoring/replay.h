/// `riposte replay`: what rules would have done on a history, and how two rule sets differ there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>

#include "engine/authoring/progress.h"
#include "engine/authoring/replay_difference.h"
#include "engine/authoring/replay_run.h"
#include "engine/ports/history.h"

namespace riposte {

struct ReplayRequest {
  ReplayRules rules;
  std::optional<ReplayRules> against;
  EventLimits limits;
  WallTime unknown_time;  ///< see EventTimes
};

struct ReplayFindings {
  std::uint64_t read = 0;
  std::map<std::string, std::uint64_t> unusable;  ///< by reason, as dead letters have it
  TimeCounts times;
  ReplayTally rules;
  std::optional<ReplayTally> against;
  ReplayDifference difference;

  std::uint64_t unusable_total() const;
};

/// `STREAM:OFFSET: error: …` on `complaints` for every record of which the engine would make a dead letter;
/// in a file the offset is the line.
/// Errors: of History::read().
Result<ReplayFindings> replay(History& history, const ReplayRequest& request, std::ostream& complaints,
                              Progress& progress);

}  // namespace riposte
