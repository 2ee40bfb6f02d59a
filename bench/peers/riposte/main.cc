// Riposte as one side of the comparison, and the floor: bench/peers/side.md.
//
// riposte_side floor EVENTS
// riposte_side routed|ignored RULES SCHEMA EVENTS: looking at log sources, or past them.

#include <iostream>
#include <stdexcept>

#include "bench/peers/riposte/rules.h"
#include "bench/peers/riposte/side.h"
#include "rules/event/event_parser.h"
#include "rules/event/parse_floor.h"

namespace riposte::bench {
namespace {

class RuleSide : public Side {
 public:
  RuleSide(const RuleSet& rules, const PaddedLines& events) : rules_(rules), events_(events) {}

  std::size_t matches(std::size_t number) override {
    const auto event = parser_.parse(events_[number]);
    if (!event) throw std::runtime_error(event.error().detail);
    const auto matching = rules_.match(*event, scratch_);
    if (!matching) throw std::runtime_error(matching.error().text());
    last_ = matching->rules;
    return last_.size();
  }
  std::vector<std::string> names() override {
    std::vector<std::string> ids;
    for (const RuleIndex index : last_) ids.push_back(rules_.rule(index).id.value());
    return ids;
  }

 private:
  const RuleSet& rules_;
  const PaddedLines& events_;
  EventParser parser_;
  Scratch scratch_;
  std::span<const RuleIndex> last_;
};

class FloorSide : public Side {
 public:
  explicit FloorSide(const PaddedLines& events) : events_(events) {}

  std::size_t matches(std::size_t number) override {
    const auto sum = floor_.visit(events_[number]);
    if (!sum) throw std::runtime_error("an event is no JSON");
    sum_ = sum_ + *sum;
    return 0;
  }
  std::vector<std::string> names() override { return {}; }

 private:
  const PaddedLines& events_;
  ParseFloor floor_;
  std::uint64_t sum_ = 0;
};

void run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "floor") {
    const PaddedLines events(arguments[1]);
    FloorSide side(events);
    return serve(side, events.size(), {}, std::cin, std::cout);
  }
  if (arguments.size() != 4)
    throw std::runtime_error("usage: riposte_side floor EVENTS, or routed|ignored RULES SCHEMA EVENTS");
  const SideRules rules = compile_rules(arguments[1], arguments[2], arguments[0] == "ignored");
  const PaddedLines events(arguments[3]);
  RuleSide side(*rules.set, events);
  serve(side, events.size(), rules.readiness, std::cin, std::cout);
}

}  // namespace
}  // namespace riposte::bench

int main(int argc, char** argv) {
  try {
    riposte::bench::run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "riposte_side: " << error.what() << '\n';
    return 1;
  }
}
