#include "bench/reader.h"

#include <stdexcept>

#include "bench/samples.h"

namespace riposte::bench {
namespace {

constexpr int kClockReadings = 100'000;

/// A look's time runs from inside one reading of the clock to inside the next: one reading too long.
double nanoseconds_of_a_reading() {
  const auto begun = Steady::now();
  auto last = begun;
  for (int i = 0; i < kClockReadings; ++i) last = Steady::now();
  return std::chrono::duration<double, std::nano>(last - begun).count() / kClockReadings;
}

Event must_parse(EventParser& parser, std::string_view bytes) {
  auto event = parser.parse(bytes);
  if (!event) throw std::runtime_error("no event: " + event.error().detail);
  return *event;
}

}  // namespace

void Reader::visit(std::string_view event) {
  const auto sum = floor_.visit(event);
  if (!sum) throw std::runtime_error("simdjson refused an event");
  kept_ = *sum;
}

void Reader::parse(std::string_view event) { must_parse(parser_, event); }

std::size_t Reader::match(std::string_view event) {
  const auto matching = rules_.match(must_parse(parser_, event), scratch_);
  if (!matching) throw std::runtime_error(matching.error().text());
  return matching->size();
}

double Reader::evaluation() const {
  static const double reading = nanoseconds_of_a_reading();
  double sum = 0;
  for (const RuleCost& cost : scratch_.rule_costs())
    sum += static_cast<double>(cost.nanoseconds) - reading * static_cast<double>(cost.looks);
  return sum;
}

}  // namespace riposte::bench
