/// `riposte bench`: how fast these rules match these events on this machine, beside the parse alone.
///
/// Units: P is the floor: what simdjson alone takes for the average event, parse and a look at every field.
#pragma once

#include <chrono>
#include <cstddef>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "engine/authoring/compile_cost.h"
#include "engine/authoring/match.h"
#include "engine/authoring/progress.h"
#include "engine/base/error.h"
#include "rules/event/padded_events.h"
#include "rules/matching/rule_set.h"

namespace riposte {

struct BenchInput {
  PaddedEvents events;
  MatchCounts counts;
  std::size_t matches = 0;  ///< pairs of an event and a rule
};

/// Every event that can be read and judged, and what matches; complaints about the other lines as
/// match_events() makes them. Errors: as there; invalid (nothing is left to measure).
Result<BenchInput> read_bench_events(const RuleSet& rules, std::span<const std::string> sources,
                                     std::ostream& complaints, Progress& progress);

/// One turn of each side over all events.
struct BenchRound {
  double floor_seconds;  ///< per event
  double match_seconds;  ///< per event, parsing included
};

struct BenchTimes {
  std::vector<BenchRound> rounds;  ///< at least one
  std::vector<double> latencies;   ///< seconds of every event, the least of several passes; ascending
  /// By RuleIndex, of one pass over the events behind all others; empty when no rule was looked at.
  std::vector<RuleCost> rule_costs = {};

  double floor_seconds() const;  ///< per event, median
  double match_seconds() const;  ///< per event, median
  /// Of each round, ascending: match_seconds in units of floor_seconds.
  std::vector<double> ratios() const;
};

/// Both sides take turns until about `seconds` are over; latency and what each rule costs are measured
/// behind that, for the clock readings of either make matching slower.
/// Errors: unavailable (a matching engine ran out of memory), corrupt (another number of matches than
/// before).
Result<BenchTimes> measure(const RuleSet& rules, const BenchInput& input,
                           std::chrono::duration<double> seconds, Progress& progress);

/// Nearest rank in what is ascending and not empty.
double percentile(std::span<const double> ascending, double share);

struct BenchReport {
  const RuleSet& rules;
  const BenchInput& input;
  const BenchTimes& times;
  CompileCost compile;
};

void print_bench(const BenchReport& report, std::ostream& out);
void print_bench_json(const BenchReport& report, std::ostream& out);

}  // namespace riposte
