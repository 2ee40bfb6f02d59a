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

constexpr std::uint64_t kEvents = 1000;
constexpr std::uint64_t kSmokeEvents = 20;
constexpr std::uint64_t kMatchEvery = 10;

std::vector<std::string> make_events(std::uint64_t count) {
  std::vector<std::string> events;
  for (std::uint64_t number = 0; number < count; ++number)
    events.push_back(number % kMatchEvery == 0 ? cryptominer_detection(number) : quiet_detection(number));
  return events;
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

void parse_and_match(benchmark::State& state, std::uint64_t count) {
  const ExampleRules rules = load_example_rules();
  const std::vector<std::string> events = make_events(count);
  Floor floor;
  EventParser parser;
  Scratch scratch;
  Samples alone;
  Samples parsed;
  Samples matched;
  std::size_t matches = 0;
  while (state.KeepRunning()) {
    alone.add(time_of([&] {
      for (const std::string& bytes : events) floor.parse(bytes);
    }));
    parsed.add(time_of([&] {
      for (const std::string& bytes : events) must_parse(parser, bytes);
    }));
    const Seconds taken = time_of([&] { matches = match_all(events, *rules.rules, parser, scratch); });
    if (matches != count / kMatchEvery) throw std::runtime_error("other events match than those that must");
    matched.add(taken);
    state.SetIterationTime(taken.count());
  }
  const auto per_event = [&](const Samples& samples) {
    return microseconds(samples.percentile(0.5)) / static_cast<double>(count);
  };
  state.counters["us/event"] = per_event(matched);
  state.counters["parse_us/event"] = per_event(parsed);
  state.counters["simdjson_us/event"] = per_event(alone);
  state.counters["ratio"] = per_event(alone) / per_event(matched);
  state.counters["parse_ratio"] = per_event(alone) / per_event(parsed);
}

void register_workloads(bool smoke) {
  const auto workload = [=](benchmark::State& state) {
    parse_and_match(state, smoke ? kSmokeEvents : kEvents);
  };
  auto* registered = benchmark::RegisterBenchmark("match/example_rules", checked(workload));
  with_spread(registered)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(smoke ? 2 : 100);
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  return riposte::bench::run_program(argc, argv, riposte::bench::register_workloads);
}
