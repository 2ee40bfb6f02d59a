#include "bench/feed.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <utility>

#include "bench/detections.h"
#include "rules/event/event_parser.h"

namespace riposte::bench {
namespace {

constexpr std::size_t kFewRules = 100;
constexpr std::size_t kManyRules = 1000;

class MadeUpFeed final : public Feed {
 public:
  std::string event(std::uint64_t number, bool orders) const override {
    return orders ? cryptominer_detection(number) : quiet_detection(number);
  }
  std::vector<std::size_t> rule_counts() const override { return {rules_.rules->size()}; }
  ExampleRules rules(std::size_t) const override { return rules_; }

 private:
  const ExampleRules rules_ = load_example_rules();
};

/// Events by the rule that they match.
using Matched = std::map<RuleIndex, std::vector<std::size_t>>;

Matched match_all(const PaddedLines& events, const RuleSet& rules) {
  Matched matched;
  EventParser parser;
  Scratch scratch;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto event = parser.parse(events[i]);
    if (!event) throw std::runtime_error("a given event cannot be read");
    const auto matches = rules.match(*event, scratch);
    if (!matches) throw std::runtime_error(matches.error().text());
    for (const RuleIndex rule : *matches) matched[rule].push_back(i);
  }
  return matched;
}

ActionTemplate notification() {
  ActionTemplate notify;
  notify.name = "notify";
  notify.type = ActionType::run_script;
  notify.script = "notify";
  notify.parameters["user"] = {"", Value("bench")};
  return notify;
}

class GivenFeed final : public Feed {
 public:
  explicit GivenFeed(bool smoke) : given_(smoke), rules_(given_.rules()) {
    for (Rule& rule : rules_) rule.responses.clear();
    const auto few = given_.compile(first(kFewRules));
    const Matched matched = match_all(given_.events(), *few);
    if (matched.empty()) throw std::runtime_error("none of the first rules matches any given event");
    const auto fewest = [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); };
    const auto& [responder, its_events] = *std::ranges::min_element(matched, fewest);
    const RuleId id = few->rule(responder).id;
    std::ranges::find(rules_, id, &Rule::id)->responses.push_back(notification());
    ordering_ = its_events;
    for (std::size_t i = 0; i < given_.events().size(); ++i)
      if (!std::ranges::binary_search(ordering_, i)) quiet_.push_back(i);
  }

  std::string event(std::uint64_t number, bool orders) const override {
    const std::vector<std::size_t>& from = orders ? ordering_ : quiet_;
    return std::string(given_.events()[from[number % from.size()]]);
  }
  std::vector<std::size_t> rule_counts() const override {
    std::vector<std::size_t> counts;
    for (const std::size_t count : {kFewRules, kManyRules})
      if (count < given_.own_rules()) counts.push_back(count);
    counts.push_back(given_.own_rules());
    return counts;
  }
  ExampleRules rules(std::size_t count) const override {
    return {example_actions(), given_.compile(first(count))};
  }

 private:
  std::vector<Rule> first(std::size_t count) const {
    return {rules_.begin(), rules_.begin() + static_cast<std::ptrdiff_t>(std::min(count, rules_.size()))};
  }

  const Given given_;
  std::vector<Rule> rules_;
  std::vector<std::size_t> ordering_;  ///< places of the events that the responding rule matches
  std::vector<std::size_t> quiet_;     ///< places of all others
};

}  // namespace

std::unique_ptr<Feed> make_feed(bool smoke) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets a variable
  if (std::getenv("RIPOSTE_BENCH_EVENTS") == nullptr) return std::make_unique<MadeUpFeed>();
  return std::make_unique<GivenFeed>(smoke);
}

}  // namespace riposte::bench
