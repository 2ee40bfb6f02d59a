#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/authoring/bench.h"
#include "engine/authoring/bench_dearest.h"
#include "engine/cli/table.h"

namespace riposte {
namespace {

constexpr double kMicroseconds = 1e6;
constexpr double kMebibyte = 1024.0 * 1024.0;

/// A latency in µs and in units of P.
struct Latency {
  double microseconds;
  double in_floors;
};

/// What both reports say, worked out once.
struct BenchFigures {
  explicit BenchFigures(const BenchReport& report) : times(report.times), ratios(times.ratios()) {}

  double bytes_per_event(const PaddedEvents& events) const {
    return static_cast<double>(events.bytes()) / static_cast<double>(events.size());
  }
  double ratio() const { return percentile(ratios, 0.5); }
  /// Between the smallest and the largest ratio of a round, as a share of the median.
  double spread() const { return (ratios.back() - ratios.front()) / ratio(); }
  Latency latency(double share) const {
    const double seconds = percentile(times.latencies, share);
    return {seconds * kMicroseconds, seconds / times.floor_seconds()};
  }

  const BenchTimes& times;
  const std::vector<double> ratios;  ///< ascending
};

std::string latency_text(const Latency& latency) {
  return fmt::format("{:.1f} µs, {:.1f} P", latency.microseconds, latency.in_floors);
}

std::string speed_text(double seconds_per_event) {
  return fmt::format("{:.0f} a second, {:.2f} µs each", 1 / seconds_per_event,
                     seconds_per_event * kMicroseconds);
}

}  // namespace

void print_bench(const BenchReport& report, std::ostream& out) {
  const BenchFigures figures(report);
  const BenchInput& input = report.input;
  out << cli::key_value_text(
      {{"rules", {std::to_string(report.rules.size())}},
       {"events",
        {fmt::format("{}, {:.0f} bytes each", input.events.size(), figures.bytes_per_event(input.events))}},
       {"matches", {fmt::format("{} in {} events", input.matches, input.counts.matched)}},
       {"compiling",
        {fmt::format("{:.3f} s, {:.1f} MiB", report.compile.time.count(),
                     static_cast<double>(report.compile.resident_bytes) / kMebibyte)}},
       {"parse + match", {speed_text(report.times.match_seconds())}},
       {"floor (P)", {speed_text(report.times.floor_seconds())}},
       {"ratio to floor",
        {fmt::format("{:.2f} P ({:.2f} to {:.2f} in {} rounds)", figures.ratio(), figures.ratios.front(),
                     figures.ratios.back(), figures.ratios.size())}},
       {"one event, p50", {latency_text(figures.latency(0.5))}},
       {"one event, p99", {latency_text(figures.latency(0.99))}},
       {"one event, max", {latency_text(figures.latency(1))}}});
  print_dearest(report.rules, dearest_of(report.times.rule_costs, kDearestShown), out);
}

void print_bench_json(const BenchReport& report, std::ostream& out) {
  const BenchFigures figures(report);
  const Latency p50 = figures.latency(0.5);
  const Latency p99 = figures.latency(0.99);
  const Latency max = figures.latency(1);
  const nlohmann::ordered_json json{
      {"rules", report.rules.size()},
      {"rule_set", report.rules.digest()},
      {"events", report.input.events.size()},
      {"unreadable", report.input.counts.unreadable},
      {"bytes_per_event", figures.bytes_per_event(report.input.events)},
      {"matches", report.input.matches},
      {"matched_events", report.input.counts.matched},
      {"compile_seconds", report.compile.time.count()},
      {"rss_bytes", report.compile.resident_bytes},
      {"events_per_second", 1 / report.times.match_seconds()},
      {"floor_events_per_second", 1 / report.times.floor_seconds()},
      {"ratio_to_floor", figures.ratio()},
      {"spread", figures.spread()},
      {"rounds", figures.ratios.size()},
      {"p50_us", p50.microseconds},
      {"p99_us", p99.microseconds},
      {"max_us", max.microseconds},
      {"p50_ratio_to_floor", p50.in_floors},
      {"p99_ratio_to_floor", p99.in_floors},
      {"max_ratio_to_floor", max.in_floors},
      {"dearest_rules", json_of(report.rules, dearest_of(report.times.rule_costs, kDearestShown))}};
  out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace riposte
