#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "engine/authoring/bench.h"
#include "rules/event/event_parser.h"
#include "rules/event/parse_floor.h"

namespace riposte {
namespace {

using Steady = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// Fewer rounds show no spread; more say nothing new.
constexpr std::size_t kRoundsMin = 3;
constexpr std::size_t kRoundsMax = 200;
/// A turn of either side is at least this long: few events are gone through more than once.
constexpr Seconds kTurnMin{0.02};
/// Of an event's times the least counts: what interrupts it in one pass spares it in another.
constexpr std::size_t kLatencyPasses = 5;
/// Between two looks at whether progress is to be told.
constexpr std::size_t kEventsPerTell = 256;

/// Both sides of the comparison, with the memory that they keep from event to event.
class Sides {
 public:
  Sides(const RuleSet& rules, const BenchInput& input) : rules_(rules), input_(input) {}

  /// Seconds per event.
  Result<double> floor_turn(std::size_t repetitions) {
    std::uint64_t sum = 0;
    const auto begun = Steady::now();
    for (std::size_t i = 0; i < repetitions; ++i)
      for (std::size_t at = 0; at < input_.events.size(); ++at) {
        const auto visited = floor_.visit(input_.events[at]);
        if (!visited) return fail(Errc::unavailable, "no memory for the parser of the floor");
        sum += *visited;
      }
    kept_ = sum;
    return per_event(Steady::now() - begun, repetitions);
  }

  Result<double> match_turn(std::size_t repetitions) {
    std::size_t matches = 0;
    const auto begun = Steady::now();
    for (std::size_t i = 0; i < repetitions; ++i)
      for (std::size_t at = 0; at < input_.events.size(); ++at) matches += TRY(judge(at));
    const auto taken = Steady::now() - begun;
    if (matches == repetitions * input_.matches) return per_event(taken, repetitions);
    return fail(Errc::corrupt,
                fmt::format("{} matches in {} passes over events that have {}; this is a mistake "
                            "in Riposte",
                            matches, repetitions, input_.matches));
  }

  /// Of one pass. Nothing else is measured afterwards.
  Result<std::vector<RuleCost>> rule_costs() {
    scratch_.measure_rules();
    TRY(match_turn(1));
    return scratch_.rule_costs();
  }

  Result<double> latency_of(std::size_t at) {
    const auto begun = Steady::now();
    TRY(judge(at));
    return Seconds(Steady::now() - begun).count();
  }

 private:
  double per_event(Seconds taken, std::size_t repetitions) const {
    return taken.count() / static_cast<double>(repetitions * input_.events.size());
  }

  /// How many rules match.
  Result<std::size_t> judge(std::size_t at) {
    const auto event = parser_.parse(input_.events[at]);
    if (!event) return fail(Errc::corrupt, event.error().detail);
    return TRY(rules_.match(*event, scratch_)).size();
  }

  const RuleSet& rules_;
  const BenchInput& input_;
  ParseFloor floor_;
  EventParser parser_;
  Scratch scratch_;
  volatile std::uint64_t kept_ = 0;  ///< the compiler may not drop what ends up here
};

/// How often a side goes through the events in a turn of its own.
std::size_t repetitions_for(double seconds_per_event, std::size_t events) {
  const double pass = seconds_per_event * static_cast<double>(events);
  return pass > 0 ? std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(kTurnMin.count() / pass)))
                  : 1;
}

/// Tells how much of the planned time is over.
class Watch {
 public:
  Watch(Progress& progress, Seconds budget, Seconds match_pass) : progress_(progress) {
    const Seconds rounds = std::max(budget, match_pass * static_cast<double>(kRoundsMin));
    progress_.expect(microseconds(rounds + match_pass * static_cast<double>(kLatencyPasses)));
  }
  void tell(std::size_t more_events) {
    events_ += more_events;
    progress_.tell(microseconds(elapsed()), events_);
  }
  Seconds elapsed() const { return Steady::now() - begun_; }

 private:
  static std::uint64_t microseconds(Seconds time) { return static_cast<std::uint64_t>(time.count() * 1e6); }

  Progress& progress_;
  const Steady::time_point begun_ = Steady::now();
  std::size_t events_ = 0;
};

Result<std::vector<double>> measure_latencies(Sides& sides, std::size_t events, Watch& watch) {
  std::vector<double> least(events, std::numeric_limits<double>::infinity());
  for (std::size_t pass = 0; pass < kLatencyPasses; ++pass)
    for (std::size_t at = 0; at < events; ++at) {
      least[at] = std::min(least[at], TRY(sides.latency_of(at)));
      if (at % kEventsPerTell == 0) watch.tell(std::min(kEventsPerTell, events - at));
    }
  std::ranges::sort(least);
  return least;
}

}  // namespace

Result<BenchTimes> measure(const RuleSet& rules, const BenchInput& input, Seconds budget,
                           Progress& progress) {
  const std::size_t events = input.events.size();
  Sides sides(rules, input);
  // The first turns warm the caches and size the others.
  const std::size_t floor_repetitions = repetitions_for(TRY(sides.floor_turn(1)), events);
  const double match_seconds = TRY(sides.match_turn(1));
  const std::size_t match_repetitions = repetitions_for(match_seconds, events);

  BenchTimes times;
  Watch watch(progress, budget, Seconds(match_seconds * static_cast<double>(events)));
  while (times.rounds.size() < kRoundsMin || (watch.elapsed() < budget && times.rounds.size() < kRoundsMax)) {
    const double floor = TRY(sides.floor_turn(floor_repetitions));
    const double match = TRY(sides.match_turn(match_repetitions));
    times.rounds.push_back({floor, match});
    watch.tell(match_repetitions * events);
  }
  times.latencies = TRY(measure_latencies(sides, events, watch));
  times.rule_costs = TRY(sides.rule_costs());
  return times;
}

}  // namespace riposte
