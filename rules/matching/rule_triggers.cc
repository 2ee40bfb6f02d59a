#include "rules/matching/rule_triggers.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/base/printable.h"
#include "rules/matching/witness.h"

namespace riposte {
namespace {

/// An event that matches a line of this kind has something in the field.
bool is_presence(const FieldMatch& line) {
  const auto is_there = [](const std::vector<Pattern>& value) {
    return std::ranges::none_of(value, is_absence);
  };
  return !line.negated &&
         (line.all ? std::ranges::any_of(line.values, is_there) : std::ranges::all_of(line.values, is_there));
}

/// Finds the part of a rule's condition that leaves it without a trigger.
class LackFinder {
 public:
  LackFinder(const Rule& rule, CompiledRule& compiled, const LiteralCensus& census)
      : part_(rule), compiled_(compiled), census_(census) {}

  /// `condition` has no trigger.
  TriggerLack of(const Condition& condition) {
    const auto& operands = condition.operands;
    auto culprit = operands.end();
    if (condition.kind == Condition::Kind::selection) return of(part_.selections[condition.selection]);
    // Of operands that all lack one, a positive one is easier to mend.
    if (condition.kind == Condition::Kind::all_of)
      culprit = std::ranges::find_if(
          operands, [](const Condition& part) { return part.kind != Condition::Kind::negation; });
    if (condition.kind == Condition::Kind::any_of)
      culprit = std::ranges::find_if(operands, [this](const Condition& part) { return is_lacking(part); });
    return culprit == operands.end() ? TriggerLack{} : of(*culprit);
  }

 private:
  static TriggerLack of(const Selection& selection) {
    bool has_keywords = false;
    for (const std::vector<FieldMatch>& map : selection.maps) {
      if (std::ranges::none_of(map, is_presence)) return {TriggerLack::Cause::absence, selection.name};
      has_keywords =
          has_keywords || std::ranges::any_of(map, [](const FieldMatch& line) { return line.field.empty(); });
    }
    return {has_keywords ? TriggerLack::Cause::keyword : TriggerLack::Cause::absence, selection.name};
  }

  bool is_lacking(const Condition& condition) {
    part_.condition = condition;
    return !witnesses_of(part_, compiled_, census_);
  }

  Rule part_;  ///< the rule, with a part of its condition
  CompiledRule& compiled_;
  const LiteralCensus& census_;
};

RuleTrigger trigger_of(const Witness& witness, const FieldNames& names) {
  RuleTrigger trigger;
  if (witness.literal.field != Witness::kAnyField)
    trigger.field = names.all()[witness.literal.field - Witness::kFirstField];
  if (witness.is_literal) {
    trigger.anchor = witness.literal.anchor;
    trigger.text = witness.literal.text;
  }
  return trigger;
}

std::vector<RuleTrigger> triggers_of(const std::vector<Witness>& witnesses, const FieldNames& names) {
  std::vector<RuleTrigger> triggers;
  std::set<RuleTrigger> seen;
  for (const Witness& witness : witnesses) {
    RuleTrigger trigger = trigger_of(witness, names);
    if (seen.insert(trigger).second) triggers.push_back(std::move(trigger));
  }
  return triggers;
}

std::string_view verb_of(Anchor anchor) {
  switch (anchor) {
    case Anchor::whole:
      return "is";
    case Anchor::front:
      return "starts with";
    case Anchor::back:
      return "ends with";
    case Anchor::anywhere:
      break;
  }
  return "contains";
}

}  // namespace

std::vector<RuleTriggers> triggers_of(const RuleSet& rules) {
  FieldNames names;
  LiteralCensus census;
  std::vector<CompiledRule> compiled;
  std::vector<Diagnostic> none;  // a rule of a set could be compiled once already
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules.rule(RuleIndex(i));
    census.count(rule, compiled.emplace_back(compile_rule(rule, names, none).value()));
  }
  std::vector<RuleTriggers> all(rules.size());
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules.rule(RuleIndex(i));
    const auto witnesses = witnesses_of(rule, compiled[i], census);
    if (!witnesses) {
      all[i].lack = LackFinder(rule, compiled[i], census).of(rule.condition);
    } else {
      all[i].any_of = triggers_of(*witnesses, names);
    }
  }
  return all;
}

std::string words_of(const RuleTrigger& trigger) {
  if (!trigger.anchor) return "any value of " + trigger.field;
  return fmt::format("{} {} '{}'", trigger.field.empty() ? "any text of the event" : trigger.field,
                     verb_of(*trigger.anchor), printable(trigger.text));
}

}  // namespace riposte
