#include "rules/matching/rule_price.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/language/wording.h"
#include "rules/matching/required_text.h"
#include "rules/matching/witness.h"

namespace riposte {
namespace {

/// Of a pattern in a reason: a message stays a line or two.
constexpr std::size_t kPatternBytesMax = 80;

std::string shortened(std::string text) {
  if (text.size() <= kPatternBytesMax) return text;
  std::size_t end = kPatternBytesMax;
  while ((static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  text.resize(end);
  return text + "…";
}

/// What every second event has: true, false, and any number.
bool is_common_value(const RuleTrigger& trigger) {
  return trigger.anchor == Anchor::whole &&
         (trigger.text == "true" || trigger.text == "false" || is_code(trigger.text));
}

bool is_short(const RuleTrigger& trigger) {
  return trigger.text.size() < (trigger.anchor == Anchor::whole ? kRareWholeBytes : kRareTextBytes);
}

CostClass class_of(const RuleTrigger& trigger) {
  if (!trigger.anchor) return CostClass::dear;
  return is_common_value(trigger) || is_short(trigger) ? CostClass::fair : CostClass::cheap;
}

/// The first pattern for which any value of the field has to be looked at.
const Pattern* untold_pattern(const Rule& rule, const std::string& field) {
  for (const Selection& selection : rule.selections)
    for (const std::vector<FieldMatch>& map : selection.maps)
      for (const FieldMatch& line : map) {
        if (line.negated || line.field != field) continue;
        for (const std::vector<Pattern>& value : line.values)
          for (const Pattern& pattern : value)
            if (!can_be_searched_for(required_texts(pattern))) return &pattern;
      }
  return nullptr;
}

void explain_fair(const RuleTrigger& trigger, RulePrice& price) {
  if (is_common_value(trigger)) {
    price.reason = words_of(trigger) + ", a value that many events have";
    price.cure = "add a line with a text that few events have to the same selection";
    return;
  }
  price.reason = fmt::format("{}: {} byte{}, which many events have", words_of(trigger), trigger.text.size(),
                             trigger.text.size() == 1 ? "" : "s");
  price.cure = fmt::format("write a text of {} bytes or more, or add a line with one to the same selection",
                           kRareTextBytes);
}

void explain_dear(const Rule& rule, const RuleTrigger& trigger, RulePrice& price) {
  const Pattern* pattern = untold_pattern(rule, trigger.field);
  const bool is_expression = pattern != nullptr && pattern->kind == Pattern::Kind::regex;
  if (pattern != nullptr)
    price.reason = fmt::format("{} {}, which names no text that must be there: ", trigger.field,
                               shortened(words_of(*pattern)));
  price.reason += fmt::format("any value of {} has it looked at", trigger.field);
  price.cure = fmt::format("{}add a line with a text of {} bytes or more to the same selection",
                           is_expression ? "write into the expression a text that every match has, or " : "",
                           kRareTextBytes);
}

void explain_lack(const TriggerLack& lack, RulePrice& price) {
  switch (lack.cause) {
    case TriggerLack::Cause::negation:
      price.reason = "the condition can hold by 'not' alone";
      price.cure = "add a selection that says what the event has, and join it with 'and'";
      return;
    case TriggerLack::Cause::absence:
      price.reason = fmt::format(
          "selection '{}' can hold by what the event does not have (null, 'exists: false', 'neq')",
          lack.selection);
      price.cure = fmt::format("add a line to selection '{}' that says what a field has", lack.selection);
      return;
    case TriggerLack::Cause::keyword:
      break;
  }
  price.reason = fmt::format("selection '{}' looks at every text of the event for no text in particular",
                             lack.selection);
  price.cure =
      fmt::format("name the field, or write keywords that have a text of {} bytes or more", kRareTextBytes);
}

RulePrice price_of(const Rule& rule, RuleTriggers triggers) {
  RulePrice price;
  if (triggers.lack) {
    price.cost = CostClass::dearest;
    explain_lack(*triggers.lack, price);
  } else if (!triggers.any_of.empty()) {
    const RuleTrigger& worst = *std::ranges::max_element(triggers.any_of, {}, class_of);
    price.cost = class_of(worst);
    if (price.cost == CostClass::fair) explain_fair(worst, price);
    if (price.cost == CostClass::dear) explain_dear(rule, worst, price);
  }
  price.triggers = std::move(triggers);
  return price;
}

}  // namespace

std::string_view name_of(CostClass cost) { return kCostClassNames.at(std::to_underlying(cost)); }

std::vector<RulePrice> prices_of(const RuleSet& rules) {
  std::vector<RuleTriggers> triggers = triggers_of(rules);
  std::vector<RulePrice> prices;
  for (std::uint32_t i = 0; i < triggers.size(); ++i)
    prices.push_back(price_of(rules.rule(RuleIndex(i)), std::move(triggers[i])));
  return prices;
}

}  // namespace riposte
