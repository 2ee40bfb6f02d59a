/// One thread's ways to deal with an event, from the least that reading it costs to matching rules against
/// it.
///
/// Threads: one.
/// Errors:  throw std::runtime_error when an event cannot be read or judged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rules/event/event_parser.h"
#include "rules/event/parse_floor.h"
#include "rules/matching/rule_set.h"

namespace riposte::bench {

class Reader {
 public:
  explicit Reader(const RuleSet& rules) : rules_(rules) {}

  /// The floor, P. ParseFloor::kPadding bytes behind the event must be readable.
  void visit(std::string_view event);
  void parse(std::string_view event);
  /// Parsing included. How many rules match.
  std::size_t match(std::string_view event);

  /// From now on every look at a rule is timed.
  void measure_rules() { scratch_.measure_rules(); }
  /// What looking at rules has cost, without what reading the clock costs. Nanoseconds.
  double evaluation() const;

 private:
  const RuleSet& rules_;
  ParseFloor floor_;
  EventParser parser_;
  Scratch scratch_;
  volatile std::uint64_t kept_ = 0;  ///< the compiler may not drop what ends up here
};

}  // namespace riposte::bench
