#include "rules/matching/flat_rules.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "rules/language/condition.h"
#include "rules/matching/literal_pattern.h"

namespace riposte {
namespace {

/// Two searches in a value, or a dozen comparisons with it.
constexpr std::size_t kQuickEffortMax = 17;

}  // namespace

/// Lays one rule out behind the others.
class FlatRules::Adding {
 public:
  Adding(FlatRules& to, CompiledRule& rule) : to_(to), rule_(rule), places_(rule.selections.size()) {}

  void add(const Condition& condition) {
    FlatRule made;
    made.checks = size_of(to_.lines_);
    made.rest = size_of(to_.rest_);
    made.selections = size_of(to_.selections_);
    take_apart(condition, true);
    order_checks();
    for (const Check& check : checks_) add_line(*check.line, check.wanted);
    const auto quick = std::ranges::count_if(
        checks_, [](const Check& check) { return effort(*check.line) <= kQuickEffortMax; });
    made.quick_checks_end = made.checks + static_cast<std::uint32_t>(quick);
    made.checks_end = size_of(to_.lines_);
    for (const auto& [part, wanted] : rest_) add_rest(*part, wanted);
    made.rest_end = size_of(to_.rest_);
    to_.rules_.push_back(made);
  }

 private:
  struct Check {
    CompiledLine* line;
    bool wanted;
  };

  template <class Element>
  static std::uint32_t size_of(const std::vector<Element>& of) {
    return static_cast<std::uint32_t>(of.size());
  }

  /// `wanted`: what the condition must come to.
  void take_apart(const Condition& condition, bool wanted) {
    using Kind = Condition::Kind;
    if (condition.kind == Kind::selection) return take_apart_selection(condition, wanted);
    if (condition.kind == Kind::negation) return take_apart(condition.operands.front(), !wanted);
    const bool is_apart = condition.operands.size() == 1 || (condition.kind == Kind::all_of) == wanted;
    if (!is_apart) return rest_.push_back({&condition, wanted});
    for (const Condition& operand : condition.operands) take_apart(operand, wanted);
  }

  /// A selection holds where one of its maps does, and fails where a line in each of them does.
  void take_apart_selection(const Condition& condition, bool wanted) {
    std::vector<std::vector<CompiledLine>>& maps = rule_.selections[condition.selection].maps;
    const bool is_apart = wanted ? maps.size() == 1
                                 : std::ranges::all_of(maps, [](const auto& map) { return map.size() == 1; });
    if (!is_apart) rest_.push_back({&condition, wanted});
    if (wanted && !is_apart) return;
    for (std::vector<CompiledLine>& map : maps)
      if (wanted || map.size() == 1)
        for (CompiledLine& line : map) checks_.push_back({&line, wanted});
  }

  void order_checks() {
    std::ranges::stable_sort(checks_, {}, [](const Check& check) { return effort(*check.line); });
  }

  void add_rest(const Condition& part, bool wanted) {
    Condition numbered = part;
    renumber(numbered);
    if (!wanted) {
      Condition negation{Condition::Kind::negation, 0, {}};
      negation.operands.push_back(std::move(numbered));
      numbered = std::move(negation);
    }
    to_.rest_.push_back(std::move(numbered));
  }

  void renumber(Condition& condition) {
    for (Condition& operand : condition.operands) renumber(operand);
    if (condition.kind != Condition::Kind::selection) return;
    std::optional<std::size_t>& place = places_[condition.selection];
    if (!place) {
      place = next_place_++;
      add_selection(rule_.selections[condition.selection]);
    }
    condition.selection = *place;
  }

  void add_selection(CompiledSelection& selection) {
    std::vector<Map> maps;
    for (std::vector<CompiledLine>& map : selection.maps) {
      // What is quickly seen before what takes long: a map fails with the first of its lines.
      std::ranges::stable_sort(map, {}, effort);
      const std::uint32_t begin = size_of(to_.lines_);
      for (CompiledLine& line : map) add_line(line, true);
      maps.push_back({begin, size_of(to_.lines_)});
    }
    const std::uint32_t begin = size_of(to_.maps_);
    to_.maps_.insert(to_.maps_.end(), maps.begin(), maps.end());
    to_.selections_.push_back({begin, size_of(to_.maps_)});
  }

  static std::vector<LiteralPattern> literals_of(const CompiledPattern& pattern) {
    const auto* matcher = std::get_if<ValueMatcher>(&pattern);
    return matcher != nullptr ? matcher->literals() : std::vector<LiteralPattern>();
  }

  /// Where all values are wanted, the longest text is the least likely to be there.
  static void order_values(CompiledLine& line) {
    const auto longest = [](const std::vector<CompiledPattern>& value) {
      std::size_t length = 0;
      for (const CompiledPattern& pattern : value)
        for (const LiteralPattern& literal : literals_of(pattern))
          length = std::max(length, literal.text.size());
      return length;
    };
    if (line.all) std::ranges::stable_sort(line.values, std::ranges::greater(), longest);
  }

  void add_line(CompiledLine& line, bool wanted) {
    order_values(line);
    const std::uint32_t begin = size_of(to_.tests_);
    for (const std::vector<CompiledPattern>& value : line.values) {
      for (const CompiledPattern& pattern : value) add_test(pattern);
      if (!value.empty()) to_.tests_.back().ends_value = true;
    }
    to_.lines_.push_back({line.field ? static_cast<std::uint32_t>(*line.field) : kNoField, begin,
                          size_of(to_.tests_), line.witness.value_or(kNoWitness), line.all, line.negated,
                          line.needs_value, wanted});
  }

  void add_test(const CompiledPattern& pattern) {
    const std::vector<LiteralPattern> literals = literals_of(pattern);
    for (const LiteralPattern& literal : literals) {
      to_.tests_.push_back({static_cast<std::uint32_t>(to_.texts_.size()),
                            static_cast<std::uint32_t>(literal.text.size()), literal.kind, literal.cased,
                            false});
      to_.texts_ += literal.text;
    }
    if (!literals.empty()) return;
    to_.tests_.push_back({size_of(to_.others_), 0, {}, false, false});
    to_.others_.push_back(pattern);
  }

  FlatRules& to_;
  CompiledRule& rule_;
  std::vector<Check> checks_;
  std::vector<std::pair<const Condition*, bool>> rest_;
  std::vector<std::optional<std::size_t>> places_;  ///< by selection: its number in `rest`
  std::size_t next_place_ = 0;
};

void FlatRules::add(const Rule& rule, CompiledRule compiled) { Adding(*this, compiled).add(rule.condition); }

bool FlatRules::matches(std::uint32_t rule, EventReading& reading, LookMemory& memory) const {
  if (!checks_pass(rule, reading, memory)) return false;
  const FlatRule& flat = rules_[rule];
  if (flat.rest == flat.rest_end) return true;
  // Each selection is looked at once, however often the condition names it.
  using Answer = LookMemory::Answer;
  const std::uint32_t behind = rule + 1 < rules_.size() ? rules_[rule + 1].selections : selections_.size();
  memory.selections_.assign(behind - flat.selections, Answer::unknown);
  const auto selection_holds = [&](std::size_t number) {
    Answer& known = memory.selections_[number];
    if (known == Answer::unknown)
      known =
          this->selection_holds(selections_[flat.selections + number], reading) ? Answer::yes : Answer::no;
    return known == Answer::yes;
  };
  for (std::uint32_t i = flat.rest; i < flat.rest_end; ++i)
    if (!riposte::holds(rest_[i], selection_holds)) return false;
  return true;
}

bool FlatRules::checks_pass(std::uint32_t rule, EventReading& reading, LookMemory& memory) const {
  const FlatRule& flat = rules_[rule];
  if (memory.last_check_.size() < rules_.size()) memory.last_check_.resize(rules_.size());
  std::uint32_t& last = memory.last_check_[rule];
  const std::uint32_t hint = flat.checks + last;
  const auto passes = [&](std::uint32_t check) {
    return holds(lines_[check], reading) == lines_[check].wanted;
  };
  const bool is_hint = hint < flat.quick_checks_end;
  if (is_hint && !passes(hint)) return false;
  for (std::uint32_t check = flat.checks; check < flat.checks_end; ++check) {
    if ((is_hint && check == hint) || passes(check)) continue;
    if (check < flat.quick_checks_end) last = check - flat.checks;
    return false;
  }
  return true;
}

bool FlatRules::selection_holds(const Span& maps, EventReading& reading) const {
  for (std::uint32_t map = maps.begin; map < maps.end; ++map) {
    std::uint32_t line = maps_[map].begin;
    while (line < maps_[map].end && holds(lines_[line], reading)) ++line;
    if (line == maps_[map].end) return true;
  }
  return false;
}

bool FlatRules::holds(const Line& line, EventReading& reading) const {
  if (line.witness != kNoWitness) return reading.is_marked(line.witness);
  const PreparedField& found = line.field != kNoField ? reading.field(line.field) : reading.strings();
  if (line.needs_value && found.prepared.empty() && !found.values.container) return line.negated;
  return (line.all ? all_hold(line, found, reading) : any_holds(line, found, reading)) != line.negated;
}

bool FlatRules::any_holds(const Line& line, const PreparedField& found, EventReading& reading) const {
  for (std::uint32_t test = line.tests; test < line.tests_end; ++test)
    if (holds(tests_[test], found, reading)) return true;
  return false;
}

/// Of each value, one pattern.
bool FlatRules::all_hold(const Line& line, const PreparedField& found, EventReading& reading) const {
  bool value_holds = false;
  for (std::uint32_t test = line.tests; test < line.tests_end; ++test) {
    value_holds = value_holds || holds(tests_[test], found, reading);
    if (!tests_[test].ends_value) continue;
    if (!value_holds) return false;
    value_holds = false;
  }
  return true;
}

bool FlatRules::holds(const Test& test, const PreparedField& found, EventReading& reading) const {
  if (!test.kind) return riposte::holds(others_[test.at], found, reading);
  const std::string_view wanted(texts_.data() + test.at, test.length);
  return std::ranges::any_of(found.prepared, [&, kind = *test.kind](const PreparedValue& value) {
    return stands_in(test.cased ? value.text : value.folded, kind, wanted);
  });
}

}  // namespace riposte
