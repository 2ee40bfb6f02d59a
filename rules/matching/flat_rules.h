/// The rules of a set as they are looked at: everything of a rule one behind the other, and what shows
/// soonest that it does not match in front.
///
/// A condition is taken apart into checks, each of a single line that must hold, or must not, for the rule to
/// match. What cannot be said so (either of two selections, a filter of several lines) is left as a tree, and
/// judged when all checks have passed.
///
/// Threads: any, once all rules were added; each with its own LookMemory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "rules/language/rule.h"
#include "rules/matching/compiled_rule.h"
#include "rules/matching/event_reading.h"

namespace riposte {

/// What one thread remembers from look to look.
class LookMemory {
 private:
  friend class FlatRules;
  enum class Answer : std::uint8_t { unknown, no, yes };
  std::vector<std::uint32_t>
      last_check_;                  ///< by rule: the quick one that failed last, which may well do so again
  std::vector<Answer> selections_;  ///< of the rule being looked at
};

class FlatRules {
 public:
  void add(const Rule& rule, CompiledRule compiled);
  std::size_t size() const { return rules_.size(); }

  bool matches(std::uint32_t rule, EventReading& reading, LookMemory& memory) const;
  /// False when the rule can match no event in which these fields have no value. `is_there`: of a field's
  /// number.
  template <class IsThere>
  bool may_match(std::uint32_t rule, const IsThere& is_there) const {
    for (std::uint32_t i = rules_[rule].checks; i < rules_[rule].checks_end; ++i) {
      const Line& line = lines_[i];
      if (line.needs_value && line.field != kNoField && !is_there(line.field) && line.negated != line.wanted)
        return false;
    }
    return true;
  }

 private:
  static constexpr std::uint32_t kNoField = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t kNoWitness = std::numeric_limits<std::uint32_t>::max();

  /// Of one value or pattern.
  struct Test {
    std::uint32_t at;                   ///< in texts_, or in others_
    std::uint32_t length;               ///< of the text
    std::optional<Pattern::Kind> kind;  ///< as LiteralPattern::kind; empty: it is one of others_
    bool cased;
    bool ends_value;  ///< the next one belongs to another value of the line
  };
  struct Line {
    std::uint32_t field;  ///< kNoField: every string of the event
    std::uint32_t tests;  ///< where its tests begin
    std::uint32_t tests_end;
    std::uint32_t witness;  ///< as CompiledLine::witness
    bool all;
    bool negated;
    bool needs_value;
    bool wanted;  ///< as a check: what it must come to
  };
  struct Span {
    std::uint32_t begin;
    std::uint32_t end;
  };
  /// One of several ways for a selection to hold: all of these lines.
  using Map = Span;
  struct FlatRule {
    std::uint32_t checks = 0;  ///< where its lines that are checks begin
    std::uint32_t quick_checks_end = 0;
    std::uint32_t checks_end = 0;
    std::uint32_t selections = 0;  ///< where those begin that `rest` asks for
    std::uint32_t rest = 0;        ///< where the conditions begin that are left when all checks have passed
    std::uint32_t rest_end = 0;
  };

  class Adding;
  bool holds(const Line& line, EventReading& reading) const;
  bool any_holds(const Line& line, const PreparedField& found, EventReading& reading) const;
  bool all_hold(const Line& line, const PreparedField& found, EventReading& reading) const;
  bool holds(const Test& test, const PreparedField& found, EventReading& reading) const;
  bool checks_pass(std::uint32_t rule, EventReading& reading, LookMemory& memory) const;
  bool selection_holds(const Span& maps, EventReading& reading) const;

  std::vector<FlatRule> rules_;
  std::vector<Line> lines_;
  std::vector<Test> tests_;
  std::string texts_;
  std::vector<CompiledPattern> others_;
  std::vector<Span> selections_;  ///< their maps
  std::vector<Map> maps_;         ///< their lines
  std::vector<Condition> rest_;   ///< selections numbered from FlatRule::selections on
};

}  // namespace riposte
