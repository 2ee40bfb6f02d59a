// Matching in one thread and in two: one set of rules for all, and for each a parser and a scratch of its
// own.
//
// Every worker goes through all events, each from another one on. The floor does the same beside it: it
// shares nothing, and says how much of a second processor the machine really has.

#include <algorithm>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/given.h"
#include "bench/program.h"
#include "bench/reader.h"
#include "bench/samples.h"

namespace riposte::bench {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr benchmark::IterationCount kRounds = 10;

struct Turn {
  Steady::time_point begun;
  Steady::time_point ended;
  std::size_t result = 0;
  std::string error;
};

class Crew {
 public:
  Crew(const RuleSet& rules, const PaddedLines& events) : rules_(rules), events_(events) {}

  /// From the first worker's begin to the last one's end. All have the same result.
  template <class Work>
  Seconds run(std::size_t workers, std::size_t& result, Work work) const {
    std::vector<Turn> turns(workers);
    std::latch start(static_cast<std::ptrdiff_t>(workers));
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < workers; ++i)
        threads.emplace_back([&, i] { turns[i] = turn(i, start, work); });
    }
    result = turns.front().result;
    for (const Turn& turn : turns) {
      if (!turn.error.empty()) throw std::runtime_error(turn.error);
      if (turn.result != result) throw std::runtime_error("two workers find different matches");
    }
    return std::ranges::max(turns, {}, &Turn::ended).ended - std::ranges::min(turns, {}, &Turn::begun).begun;
  }

 private:
  template <class Work>
  Turn turn(std::size_t worker, std::latch& start, Work work) const {
    Reader reader(rules_);  // a new one: what values have is remembered
    start.arrive_and_wait();
    Turn turn{Steady::now(), {}, 0, {}};
    const std::size_t first = worker * events_.size() / kWorkers;
    try {
      for (std::size_t i = 0; i < events_.size(); ++i)
        turn.result += work(reader, events_[(first + i) % events_.size()]);
    } catch (const std::exception& error) {
      turn.error = error.what();
    }
    turn.ended = Steady::now();
    return turn;
  }

  const RuleSet& rules_;
  const PaddedLines& events_;
};

std::size_t match(Reader& reader, std::string_view event) { return reader.match(event); }
std::size_t visit(Reader& reader, std::string_view event) {
  reader.visit(event);
  return 0;
}

struct Rounds {
  Samples one;
  Samples all;
  Samples floor_one;
  Samples floor_all;
};

/// How many times as much is done in the same time. A processor to itself for each: kWorkers.
double speedup(const Samples& one, const Samples& all) {
  return static_cast<double>(kWorkers) * (one.percentile(0.5) / all.percentile(0.5));
}

void report(benchmark::State& state, const Rounds& rounds, double events) {
  state.counters["events/s"] = static_cast<double>(kWorkers) * events / rounds.all.percentile(0.5).count();
  state.counters["one_events/s"] = events / rounds.one.percentile(0.5).count();
  state.counters["speedup"] = speedup(rounds.one, rounds.all);
  state.counters["floor_speedup"] = speedup(rounds.floor_one, rounds.floor_all);
}

void match_in_threads(benchmark::State& state, Given& given) {
  const RuleSet& rules = given.first(given.own_rules());
  const Crew crew(rules, given.events());
  std::size_t expected = 0;
  std::size_t matches = 0;
  std::size_t ignored = 0;
  crew.run(kWorkers, expected, match);
  Rounds rounds;
  while (state.KeepRunning()) {
    rounds.floor_one.add(crew.run(1, ignored, visit));
    rounds.floor_all.add(crew.run(kWorkers, ignored, visit));
    rounds.one.add(crew.run(1, matches, match));
    if (matches != expected) throw std::runtime_error("one worker finds other matches than two");
    const Seconds taken = crew.run(kWorkers, matches, match);
    if (matches != expected) throw std::runtime_error("a round finds other matches than the one before it");
    rounds.all.add(taken);
    state.SetIterationTime(taken.count());
  }
  report(state, rounds, static_cast<double>(given.events().size()));
  state.counters["rules"] = static_cast<double>(rules.size());
}

void register_workloads(bool smoke) {
  const auto given = std::make_shared<Given>(smoke);
  add_workload("match_threads/2", [given](benchmark::State& state) { match_in_threads(state, *given); })
      ->Unit(benchmark::kMillisecond)
      ->Iterations(smoke ? 1 : kRounds);
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  return riposte::bench::run_program(argc, argv, riposte::bench::register_workloads);
}
