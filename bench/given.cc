#include "bench/given.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "bench/detections.h"
#include "bench/example_rules.h"
#include "rules/event/event_parser.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"

namespace riposte::bench {
namespace {

/// About 4 MB of alerts; of them one in twenty matches.
constexpr std::uint64_t kMadeUpEvents = 2000;
constexpr std::uint64_t kSmokeEvents = 40;
constexpr std::uint64_t kEventsPerMatch = 20;

std::string named(const char* variable, const std::string& otherwise) {
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nothing sets a variable
  return value == nullptr ? otherwise : value;
}

/// What other engines' rules say that Riposte does not take is no mistake of the bench.
std::vector<Rule> readable_rules(const std::string& folder) {
  const ActionCatalogue actions = example_actions();
  const std::map<std::string, ActiveHours> hours;
  const std::vector<std::string> paths{folder};
  ReadRules read = read_rules(paths, {actions, hours});
  if (read.rules.empty()) throw std::runtime_error("no rule in " + folder + " can be read");
  std::ranges::sort(read.rules, {}, [](const Rule& rule) { return rule.id.value(); });
  return std::move(read.rules);
}

PaddedLines made_up_events(std::uint64_t count) {
  PaddedLines events;
  for (std::uint64_t number = 0; number < count; ++number)
    events.add(number % kEventsPerMatch == 0 ? cryptominer_detection(number) : quiet_detection(number));
  return events;
}

PaddedLines events_of(const std::string& path) {
  PaddedLines events(path);
  EventParser parser;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (const auto event = parser.parse(events[i]); !event)
      throw std::runtime_error(
          fmt::format("{}:{}: error: no event: {}; remove the line", path, i + 1, event.error().detail));
  return events;
}

}  // namespace

Given::Given(bool smoke)
    : schema_(named("RIPOSTE_BENCH_SCHEMA", "")),
      rules_(readable_rules(named("RIPOSTE_BENCH_RULES", RIPOSTE_SOURCE_DIR "/examples/rules"))),
      own_rules_(rules_.size()) {
  if (const std::string folder = named("RIPOSTE_BENCH_VARIANTS", ""); !folder.empty())
    std::ranges::move(readable_rules(folder), std::back_inserter(rules_));
  const std::string path = named("RIPOSTE_BENCH_EVENTS", "");
  if (!path.empty() && schema_.empty())
    throw std::runtime_error("RIPOSTE_BENCH_EVENTS without their format; name it in RIPOSTE_BENCH_SCHEMA");
  if (path.empty()) schema_ = "elastic_security_alert";
  events_ = path.empty() ? made_up_events(smoke ? kSmokeEvents : kMadeUpEvents) : events_of(path);
}

std::shared_ptr<const RuleSet> Given::compile(std::vector<Rule> rules) const {
  auto schema = shipped_schema(schema_);
  if (!schema) throw std::runtime_error(schema.error().text());
  return RuleSet::compile(std::move(rules), {*std::move(schema)}).rules;
}

const RuleSet& Given::first(std::size_t count) {
  std::shared_ptr<const RuleSet>& set = compiled_[count];
  if (set) return *set;
  const auto end = rules_.begin() + static_cast<std::ptrdiff_t>(std::min(count, rules_.size()));
  set = compile({rules_.begin(), end});
  return *set;
}

}  // namespace riposte::bench
