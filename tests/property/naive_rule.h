/// A rule made at random, as YAML text and as something that judges an event in the plainest possible way:
/// nothing here is shared with the rooms under test.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace riposte::naive {

using Json = nlohmann::json;

struct Line {
  std::string field;     ///< empty: keywords
  std::string modifier;  ///< "", contains, startswith, endswith
  bool all = false;
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
struct RandomRule {
  std::vector<NamedSelection> selections;
  Node condition;

  std::string yaml() const;
  bool matches(const Json& event) const;
};

/// Small numbers and few letters, so that matches are frequent.
class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}
  RandomRule rule();
  Json event();

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  std::string text(std::size_t length_max, bool with_wildcards);
  Json rule_value(bool only_text);
  Json event_value(int depth);
  Line line();
  NamedSelection selection(std::size_t number);
  Node condition(const std::vector<NamedSelection>& selections, int depth);

  std::mt19937_64 random_;
};

}  // namespace riposte::naive
