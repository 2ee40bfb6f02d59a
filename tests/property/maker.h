/// Makes rules and events, from small numbers, few letters and what the rule looks for, so that matches are
/// frequent.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/property/naive_rule.h"

namespace riposte::naive {

class Maker {
 public:
  /// `below`: any number under the given one. What always says 0 comes to an end, too.
  explicit Maker(std::function<std::size_t(std::size_t)> below) : below_(std::move(below)) {}

  RandomRule rule();
  /// For the rule made last.
  Json event();

  /// What `expand` puts in.
  static const Lists& lists();

 private:
  std::size_t below(std::size_t bound) { return below_(bound); }
  template <class Items>
  const auto& one_of(const Items& items) {
    return items[below(items.size())];
  }
  std::string text(std::size_t length_max, bool with_wildcards);
  Json untyped_value();
  Json value_for(const std::vector<std::string>& modifiers);
  std::string expandable_text();
  Json event_value(int depth);
  Json likely_value();
  void note_likely(const Line& line);
  Line line();
  Line keywords();
  NamedSelection selection(std::size_t number);
  Detection detection();
  Node condition(const std::vector<NamedSelection>& selections, int depth);

  std::function<std::size_t(std::size_t)> below_;
  std::vector<Json> likely_;  ///< values that some line of the rule looks for
};

}  // namespace riposte::naive
