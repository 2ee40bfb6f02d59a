/// A rule as YAML text and as something that judges an event in the plainest possible way: nothing here is
/// shared with the rooms under test.
#pragma once

#include <string>
#include <vector>

#include "tests/property/naive_value.h"

namespace riposte::naive {

struct Line {
  std::string field;                   ///< empty: keywords
  std::vector<std::string> modifiers;  ///< without those of the whole line
  bool all = false;
  bool negated = false;
  std::vector<Json> values;
};
using Map = std::vector<Line>;
struct NamedSelection {
  std::string name;
  std::vector<Map> maps;
  bool keywords = false;  ///< one map, one line without a field, written as a plain list
};
struct Node {
  enum class Kind : std::uint8_t { name, all_of, any_of, negation } kind = Kind::name;
  std::string name;  ///< a selection, or for quantifiers its pattern's prefix
  bool quantifier = false;
  std::vector<Node> operands;
};
struct Detection {
  std::vector<NamedSelection> selections;
  Node condition;

  bool holds(const Json& event, const Lists& lists) const;
};
struct RandomRule {
  Detection detection;
  std::vector<Detection> filters;
  Lists lists;

  /// A document of its own for each filter.
  std::string yaml() const;
  bool matches(const Json& event) const;
};

bool line_holds(const Line& line, const Json& event, const Lists& lists);

}  // namespace riposte::naive
