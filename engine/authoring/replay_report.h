/// The findings of a replay for people and for machines.
#pragma once

#include <ostream>

#include "engine/authoring/replay.h"

namespace riposte {

/// Rows of one table at most; the last line says how many more there are.
inline constexpr std::size_t kReplayRowsMax = 10;

void print_replay(const ReplayFindings& findings, const ReplayRequest& request, std::ostream& out);
/// One object, with every row.
void print_replay_json(const ReplayFindings& findings, const ReplayRequest& request, std::ostream& out);
/// The part of print_replay() that compares two rule sets.
void print_difference(const ReplayFindings& findings, std::ostream& out);

}  // namespace riposte
