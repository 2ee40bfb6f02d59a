// Parsing and matching against 100, 1,000, all given and 10,000 rules, and where the time goes.
//
// What is compared takes turns over a few events at a time. The events are gone through several times, and of
// every few the least time counts: what interrupts once is not in it. Every pass must find the same matches.

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench/given.h"
#include "bench/program.h"
#include "bench/reader.h"
#include "bench/samples.h"

namespace riposte::bench {
namespace {

/// Few enough that a turn is over in a fraction of a scheduler's time slice.
constexpr std::size_t kEventsPerTurn = 20;
constexpr benchmark::IterationCount kPasses = 5;
constexpr std::array<std::size_t, 3> kRuleCounts{100, 1000, 10'000};

/// The least time of every turn.
class LeastTimes {
 public:
  explicit LeastTimes(std::size_t turns) : seconds_(turns, std::numeric_limits<double>::infinity()) {}
  void add(std::size_t turn, Seconds time) { seconds_[turn] = std::min(seconds_[turn], time.count()); }
  Seconds sum() const {
    double sum = 0;
    for (const double seconds : seconds_) sum += seconds;
    return Seconds(sum);
  }

 private:
  std::vector<double> seconds_;
};

/// Those of one pass: they know no event from the pass before it, as what values have is remembered.
struct Readers {
  Readers(const RuleSet& no_rule, const RuleSet& rules) : without(no_rule), with(rules), watched(rules) {
    watched.measure_rules();
  }
  Reader without;
  Reader with;
  Reader watched;
};

/// Everything that takes turns: the floor, parsing, matching no rule, matching, matching the same events once
/// more, matching with a watch on rules.
class Turns {
 public:
  explicit Turns(const PaddedLines& events) : events_(events) {}

  /// The time of matching alone; and how many rules match.
  Seconds pass(Readers readers, std::size_t& matches) {
    Seconds matching{};
    for (std::size_t turn = 0; turn < turns_; ++turn) {
      take_floors(turn, readers);
      matching += take_matching(turn, readers, matches);
    }
    return matching;
  }

  void report(benchmark::State& state) const {
    const auto events = static_cast<double>(events_.size());
    const Seconds p = visited_.sum();
    const Seconds all = matched_.sum();
    const double parsing = parsed_.sum() / all;
    const double evaluating = evaluated_.sum() / all;
    state.counters["events"] = events;
    state.counters["bytes/event"] = static_cast<double>(events_.bytes()) / events;
    state.counters["us/event"] = microseconds(all) / events;
    state.counters["P_us/event"] = microseconds(p) / events;
    state.counters["P"] = all / p;
    state.counters["again_P"] = again_.sum() / p;
    state.counters["parse_P"] = parsed_.sum() / p;
    state.counters["no_rule_P"] = unmatched_.sum() / p;
    state.counters["parse_share"] = parsing;
    state.counters["search_share"] = std::max(0.0, 1 - parsing - evaluating);
    state.counters["evaluation_share"] = evaluating;
  }

 private:
  template <class Work>
  Seconds over(std::size_t turn, Work&& work) const {
    const std::size_t begin = turn * kEventsPerTurn;
    const std::size_t end = std::min(begin + kEventsPerTurn, events_.size());
    return time_of([&] {
      for (std::size_t i = begin; i < end; ++i) work(events_[i]);
    });
  }

  void take_floors(std::size_t turn, Readers& readers) {
    visited_.add(turn, over(turn, [&](std::string_view event) { readers.with.visit(event); }));
    parsed_.add(turn, over(turn, [&](std::string_view event) { readers.with.parse(event); }));
    unmatched_.add(turn, over(turn, [&](std::string_view event) { readers.without.match(event); }));
  }

  Seconds take_matching(std::size_t turn, Readers& readers, std::size_t& matches) {
    std::size_t found = 0;
    std::size_t found_again = 0;
    const Seconds taken = over(turn, [&](std::string_view event) { found += readers.with.match(event); });
    again_.add(turn, over(turn, [&](std::string_view event) { found_again += readers.with.match(event); }));
    if (found != found_again) throw std::runtime_error("the same events match other rules the second time");
    const double before = readers.watched.evaluation();
    over(turn, [&](std::string_view event) { readers.watched.match(event); });
    evaluated_.add(turn, std::chrono::duration<double, std::nano>(readers.watched.evaluation() - before));
    matched_.add(turn, taken);
    matches += found;
    return taken;
  }

  const PaddedLines& events_;
  const std::size_t turns_ = (events_.size() + kEventsPerTurn - 1) / kEventsPerTurn;
  LeastTimes visited_{turns_};
  LeastTimes parsed_{turns_};
  LeastTimes unmatched_{turns_};
  LeastTimes matched_{turns_};
  LeastTimes again_{turns_};
  LeastTimes evaluated_{turns_};
};

void match_rules(benchmark::State& state, Given& given, std::size_t count) {
  const RuleSet& no_rule = given.first(0);
  const RuleSet& rules = given.first(count);
  Turns turns(given.events());
  std::optional<std::size_t> expected;
  while (state.KeepRunning()) {
    std::size_t matches = 0;
    state.SetIterationTime(turns.pass({no_rule, rules}, matches).count());
    if (matches != expected.value_or(matches))
      throw std::runtime_error("a pass finds other matches than the one before it");
    expected = matches;
  }
  turns.report(state);
  state.counters["rules"] = static_cast<double>(rules.size());
  state.counters["matches"] = static_cast<double>(*expected);
}

void register_workloads(bool smoke) {
  const auto given = std::make_shared<Given>(smoke);
  std::set<std::size_t> counts{given->own_rules()};
  for (const std::size_t count : kRuleCounts)
    if (count <= given->all_rules()) counts.insert(count);
  for (const std::size_t count : counts)
    add_workload(fmt::format("rule_count/{}", count).c_str(),
                 [given, count](benchmark::State& state) { match_rules(state, *given, count); })
        ->Unit(benchmark::kMillisecond)
        ->Iterations(smoke ? 1 : kPasses);
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  return riposte::bench::run_program(argc, argv, riposte::bench::register_workloads);
}
