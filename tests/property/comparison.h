/// One random rule, asked both ways about random events.
#pragma once

#include <string>

#include "rules/event/event_parser.h"
#include "rules/matching/rule_set.h"
#include "tests/property/maker.h"

namespace riposte::naive {

struct Compared {
  RandomRule rule;
  std::vector<Json> events;
  std::size_t matched = 0;   ///< of the events
  std::string disagreement;  ///< with the rule and the event; empty: none
};

class Comparison {
 public:
  Compared compare(Maker& maker, std::size_t events);

 private:
  /// Whether the event matches; `result` is told when only one of both says so.
  bool judge(const RuleSet& rules, const Json& json, Compared& result);
  /// Explained, which goes another way.
  void judge_explanation(const RuleSet& rules, const Json& json, Compared& result);

  EventParser parser_;
  Scratch scratch_;
};

}  // namespace riposte::naive
