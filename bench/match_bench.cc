// Parsing and matching one event against the example rules, beside what no reader of JSON can do without:
// simdjson.
//
// All three read the same events in turns. Exactly the events that name a cryptominer must match.

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <simdjson.h>

#include "bench/detections.h"
#include "bench/example_rules.h"
#include "bench/program.h"
#include "bench/samples.h"
#include "rules/event/event_parser.h"

namespace riposte::bench {
namespace {

/// Read by each of the three before it is the next one's turn: few enough that a turn is over in a fraction
/// of a scheduler's time slice, so that the longer turn is not the one that is interrupted.
constexpr std::uint64_t kEventsPerTurn = 20;
constexpr std::uint64_t kMatchesPerTurn = 1;
constexpr benchmark::IterationCount kTurns = 10'000;
constexpr benchmark::IterationCount kSmokeTurns = 4;
/// Then the events begin again: about 2 MB of them.
constexpr std::uint64_t kTurnsWithNewEvents = 50;

using Events = std::vector<std::string>;

std::vector<Events> make_events() {
  std::vector<Events> turns(kTurnsWithNewEvents);
  std::uint64_t number = 0;
  for (Events& events : turns)
    for (std::uint64_t i = 0; i < kEventsPerTurn; ++i, ++number)
      events.push_back(i < kMatchesPerTurn ? cryptominer_detection(number) : quiet_detection(number));
  return turns;
}

/// simdjson alone: into a padded buffer that is kept, as a reader of many documents does it.
class Floor {
 public:
  void parse(const std::string& event) {
    if (padded_.size() < event.size() + simdjson::SIMDJSON_PADDING)
      padded_.resize(event.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(padded_.data(), event.data(), event.size());
    std::memset(padded_.data() + event.size(), 0, simdjson::SIMDJSON_PADDING);
    if (!parser_.parse(padded_.data(), event.size(), false).get(root_) && root_.is_object()) return;
    throw std::runtime_error("simdjson refused an event");
  }

 private:
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
  std::vector<char> padded_;
};

Event must_parse(EventParser& parser, const std::string& bytes) {
  auto event = parser.parse(bytes);
  if (!event) throw std::runtime_error(event.error().detail);
  return *event;
}

std::size_t match_all(const std::vector<std::string>& events, const RuleSet& rules, EventParser& parser,
                      Scratch& scratch) {
  std::size_t matches = 0;
  for (const std::string& bytes : events) {
    const auto matching = rules.match(must_parse(parser, bytes), scratch);
    if (!matching) throw std::runtime_error(matching.error().text());
    matches += matching->size();
  }
  return matches;
}

struct Turns {
  Samples alone;
  Samples parsed;
  Samples matched;
};

double per_event(const Samples& turns) {
  return microseconds(turns.percentile(0.5)) / static_cast<double>(kEventsPerTurn);
}

void report(benchmark::State& state, const Turns& turns) {
  state.counters["us/event"] = per_event(turns.matched);
  state.counters["parse_us/event"] = per_event(turns.parsed);
  state.counters["simdjson_us/event"] = per_event(turns.alone);
  state.counters["ratio"] = per_event(turns.alone) / per_event(turns.matched);
  state.counters["parse_ratio"] = per_event(turns.alone) / per_event(turns.parsed);
}

void parse_and_match(benchmark::State& state) {
  const ExampleRules rules = load_example_rules();
  const std::vector<Events> corpus = make_events();
  Floor floor;
  EventParser parser;
  Scratch scratch;
  Turns turns;
  while (state.KeepRunning()) {
    const Events& events = corpus[turns.matched.count() % corpus.size()];
    turns.alone.add(time_of([&] {
      for (const std::string& bytes : events) floor.parse(bytes);
    }));
    turns.parsed.add(time_of([&] {
      for (const std::string& bytes : events) must_parse(parser, bytes);
    }));
    std::size_t matches = 0;
    const Seconds taken = time_of([&] { matches = match_all(events, *rules.rules, parser, scratch); });
    if (matches != kMatchesPerTurn) throw std::runtime_error("other events match than those that must");
    turns.matched.add(taken);
    state.SetIterationTime(taken.count());
  }
  report(state, turns);
}

void register_workloads(bool smoke) {
  add_workload("match/example_rules", parse_and_match)
      ->Unit(benchmark::kMicrosecond)
      ->Iterations(smoke ? kSmokeTurns : kTurns);
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  return riposte::bench::run_program(argc, argv, riposte::bench::register_workloads);
}
