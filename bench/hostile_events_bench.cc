// What one event can cost that somebody made for it, in P of its own bytes: nothing that a sender chooses may
// cost much more than reading it.
//
// The floor, parsing and matching read the same event in turns. Every round has an event of its own, so that
// having remembered it does not help; when it is matched once more, the same rules must match.

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/given.h"
#include "bench/hostile_events.h"
#include "bench/program.h"
#include "bench/reader.h"
#include "bench/samples.h"

namespace riposte::bench {
namespace {

constexpr benchmark::IterationCount kRounds = 20;
constexpr benchmark::IterationCount kSmokeRounds = 2;

/// The event of a round, made while no clock runs.
using EventOfRound = std::function<std::string(std::uint64_t round)>;

struct Rounds {
  Samples visited;
  Samples parsed;
  Samples matched;
  Samples again;
};

void report(benchmark::State& state, const Rounds& rounds, std::size_t bytes) {
  const Seconds matched = rounds.matched.percentile(0.5);
  state.counters["us/event"] = microseconds(matched);
  state.counters["P_us/event"] = microseconds(rounds.visited.percentile(0.5));
  state.counters["P"] = matched / rounds.visited.percentile(0.5);
  state.counters["again_P"] = rounds.again.percentile(0.5) / rounds.visited.percentile(0.5);
  state.counters["parse_P"] = rounds.parsed.percentile(0.5) / rounds.visited.percentile(0.5);
  state.counters["bytes/event"] = static_cast<double>(bytes);
}

void match_hostile(benchmark::State& state, Given& given, const EventOfRound& event_of) {
  const RuleSet& rules = given.first(given.own_rules());
  Reader reader(rules);
  Rounds rounds;
  std::size_t matches = 0;
  std::size_t bytes = 0;
  while (state.KeepRunning()) {
    PaddedLines line;
    line.add(event_of(rounds.matched.count()));
    const std::string_view event = line[0];
    bytes = event.size();
    rounds.visited.add(time_of([&] { reader.visit(event); }));
    rounds.parsed.add(time_of([&] { reader.parse(event); }));
    const Seconds taken = time_of([&] { matches = reader.match(event); });
    rounds.matched.add(taken);
    std::size_t matches_again = 0;
    rounds.again.add(time_of([&] { matches_again = reader.match(event); }));
    if (matches != matches_again)
      throw std::runtime_error("the same event matches other rules the second time");
    state.SetIterationTime(taken.count());
  }
  report(state, rounds, bytes);
  state.counters["matches"] = static_cast<double>(matches);
  state.counters["rules"] = static_cast<double>(rules.size());
}

void register_workloads(bool smoke) {
  const auto given = std::make_shared<Given>(smoke);
  const auto hostile = std::make_shared<HostileEvents>(given->events());
  const std::string texts = joined_texts({given->rules().data(), given->own_rules()});
  const auto add = [&](const char* name, const EventOfRound& event_of) {
    add_workload(name, [given, event_of](benchmark::State& state) { match_hostile(state, *given, event_of); })
        ->Unit(benchmark::kMillisecond)
        ->Iterations(smoke ? kSmokeRounds : kRounds);
  };
  add("hostile/one_letter", [hostile](std::uint64_t round) { return hostile->one_letter(round); });
  add("hostile/many_fields", [hostile](std::uint64_t round) { return hostile->many_fields(round); });
  add("hostile/every_text",
      [hostile, texts](std::uint64_t round) { return hostile->every_text(texts, round); });
  add("hostile/new_text", [hostile](std::uint64_t round) { return hostile->new_text(round); });
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  return riposte::bench::run_program(argc, argv, riposte::bench::register_workloads);
}
