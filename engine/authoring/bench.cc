#include "engine/authoring/bench.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/authoring/event_lines.h"
#include "engine/base/printable.h"
#include "rules/event/event_parser.h"

namespace riposte {
namespace {

/// Every readable event of the sources, judged once.
class EventIntake {
 public:
  EventIntake(const RuleSet& rules, BenchInput& input, std::ostream& complaints)
      : rules_(rules), input_(input), complaints_(complaints) {}

  void see(const EventLine& line) {
    const auto event = parser_.parse(line.bytes);
    if (!event) return complain(line, event.error().detail);
    ++input_.counts.events;
    const auto matches = rules_.match(*event, scratch_);
    if (!matches) return complain(line, matches.error().text());
    input_.matches += matches->size();
    input_.counts.matched += matches->empty() ? 0 : 1;
    input_.events.add(line.bytes);
  }

 private:
  void complain(const EventLine& line, const std::string& detail) {
    complaints_ << fmt::format("{}:{}: error: {}\n", line.source, line.number, printable(detail));
    ++input_.counts.unreadable;
  }

  const RuleSet& rules_;
  BenchInput& input_;
  std::ostream& complaints_;
  EventParser parser_;
  Scratch scratch_;
};

template <class Value>
double median_of(const std::vector<BenchRound>& rounds, Value value) {
  std::vector<double> values;
  for (const BenchRound& round : rounds) values.push_back(value(round));
  std::ranges::sort(values);
  return percentile(values, 0.5);
}

}  // namespace

Result<BenchInput> read_bench_events(const RuleSet& rules, std::span<const std::string> sources,
                                     std::ostream& complaints, Progress& progress) {
  BenchInput input;
  EventIntake intake(rules, input, complaints);
  TRY(read_event_lines(
      sources, [&](const EventLine& line) { intake.see(line); },
      [&](std::uint64_t bytes) { progress.tell(bytes, input.counts.events); }));
  if (input.events.size() > 0) return input;
  return fail(Errc::invalid,
              fmt::format("nothing to measure: no line of {} is an event", fmt::join(sources, ", ")));
}

double percentile(std::span<const double> ascending, double share) {
  const double rank = std::ceil(share * static_cast<double>(ascending.size()));
  return ascending[rank < 1 ? 0 : static_cast<std::size_t>(rank) - 1];
}

double BenchTimes::floor_seconds() const {
  return median_of(rounds, std::mem_fn(&BenchRound::floor_seconds));
}
double BenchTimes::match_seconds() const {
  return median_of(rounds, std::mem_fn(&BenchRound::match_seconds));
}

std::vector<double> BenchTimes::ratios() const {
  std::vector<double> ratios;
  for (const BenchRound& round : rounds) ratios.push_back(round.match_seconds / round.floor_seconds);
  std::ranges::sort(ratios);
  return ratios;
}

}  // namespace riposte
