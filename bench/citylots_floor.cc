// The floor of bench/peers/citylots.py: simdjson's On-Demand reads a document up to the last field that one
// of five rules asks for, and checks the rules on the way. A side as bench/peers/side.md describes it.
//
// citylots_floor RULES EVENTS. RULES: ID, OPERATOR, FIELD and VALUE of each rule, tabs between. All rules
// have one operator: equals, prefix, suffix, below, not or coordinate.

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include <simdjson.h>

#include "bench/peers/riposte/side.h"

namespace riposte::bench {
namespace {

namespace ondemand = simdjson::ondemand;

struct FloorRule {
  std::string id;
  std::string operation;
  std::string field;  ///< a key of "properties"; of a coordinate, "x" or "y"
  std::string text;
  double number = 0;
};

FloorRule read_rule(const std::string& line) {
  FloorRule rule;
  std::istringstream words(line);
  for (std::string* word : {&rule.id, &rule.operation, &rule.field, &rule.text})
    std::getline(words, *word, '\t');
  std::from_chars(rule.text.data(), rule.text.data() + rule.text.size(), rule.number);
  return rule;
}

std::vector<FloorRule> read_floor_rules(const std::string& path) {
  std::ifstream file(path);
  std::vector<FloorRule> rules;
  for (std::string line; std::getline(file, line);) rules.push_back(read_rule(line));
  if (rules.empty()) throw std::runtime_error("no rules in " + path);
  return rules;
}

class CitylotsFloor : public Side {
 public:
  CitylotsFloor(std::vector<FloorRule> rules, const PaddedLines& events)
      : rules_(std::move(rules)), events_(events), operation_(rules_.front().operation) {
    for (const FloorRule& rule : rules_)
      if (std::ranges::find(fields_, rule.field) == fields_.end()) fields_.push_back(rule.field);
  }

  std::size_t matches(std::size_t number) override {
    last_.clear();
    ondemand::document document = parser_.iterate(events_[number].data(), events_[number].size(),
                                                  events_[number].size() + ParseFloor::kPadding);
    if (operation_ == "coordinate")
      see_coordinates(document["geometry"]["coordinates"].get_array());
    else
      see_properties(document["properties"].get_object());
    return last_.size();
  }

  std::vector<std::string> names() override {
    std::vector<std::string> ids;
    for (const FloorRule* rule : last_) ids.push_back(rule->id);
    return ids;
  }

 private:
  void see_properties(ondemand::object properties) {
    std::size_t unseen = fields_.size();
    for (auto field : properties) {
      const ondemand::raw_json_string key = field.key();
      const auto wanted = std::ranges::find_if(fields_, [&](std::string_view name) { return key == name; });
      if (wanted == fields_.end()) continue;
      check(*wanted, field.value());
      if (--unseen == 0) return;
    }
  }

  void check(std::string_view key, ondemand::value value) {
    if (operation_ == "below") {
      const double number = value.get_double();
      for (const FloorRule& rule : rules_)
        if (rule.field == key && number < rule.number) last_.push_back(&rule);
      return;
    }
    const std::string_view text = value.get_string();
    for (const FloorRule& rule : rules_)
      if (rule.field == key && holds(rule, text)) last_.push_back(&rule);
  }

  bool holds(const FloorRule& rule, std::string_view text) const {
    if (operation_ == "equals") return text == rule.text;
    if (operation_ == "prefix") return text.starts_with(rule.text);
    if (operation_ == "suffix") return text.ends_with(rule.text);
    return text != rule.text;
  }

  void see_coordinates(ondemand::array rings) {
    for (auto ring : rings)
      for (auto point : ring.get_array())
        for (auto field : point.get_object()) {
          const ondemand::raw_json_string key = field.key();
          if (key == "z") continue;
          const double number = field.value().get_double();
          for (const FloorRule& rule : rules_)
            if (key == std::string_view(rule.field) && rule.number == number &&
                std::ranges::find(last_, &rule) == last_.end())
              last_.push_back(&rule);
        }
  }

  const std::vector<FloorRule> rules_;
  const PaddedLines& events_;
  const std::string operation_;
  std::vector<std::string> fields_;  ///< each once
  ondemand::parser parser_;
  std::vector<const FloorRule*> last_;
};

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  using namespace riposte::bench;
  try {
    if (argc != 3) throw std::runtime_error("usage: citylots_floor RULES EVENTS");
    const PaddedLines events(argv[2]);
    auto rules = read_floor_rules(argv[1]);
    const Readiness readiness{.rules = rules.size()};
    CitylotsFloor side(std::move(rules), events);
    serve(side, events.size(), readiness, std::cin, std::cout);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "citylots_floor: " << error.what() << '\n';
    return 1;
  }
}
