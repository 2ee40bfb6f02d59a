/// The events that a bench writes to a topic, and the rules that are asked about them: one event in so many
/// makes one rule order an action, and no other does.
///
/// Made up: alerts and the example rules. Given by the environment (see given.h): the given events in turn,
/// and the given rules without their responses. Of the rules that are asked in every workload, the one that
/// the fewest events match gets a response that runs a script; its events come only where one is to order.
///
/// Errors:  throws std::runtime_error when no rule matches any given event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/example_rules.h"
#include "bench/given.h"

namespace riposte::bench {

class Feed {
 public:
  virtual ~Feed() = default;
  /// The same for the same number.
  virtual std::string event(std::uint64_t number, bool orders) const = 0;
  /// How many rules are asked, in one workload after the other.
  virtual std::vector<std::size_t> rule_counts() const = 0;
  virtual ExampleRules rules(std::size_t count) const = 0;
};

/// What the environment names, else what is made up.
std::unique_ptr<Feed> make_feed(bool smoke);

}  // namespace riposte::bench
