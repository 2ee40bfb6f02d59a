#include "tests/property/comparison.h"

#include "rules/language/reader.h"
#include "rules/matching/candidate_index.h"
#include "rules/matching/explain.h"

namespace riposte::naive {
namespace {

/// The only rule, compiled; nullptr, with what was said, when it is refused.
std::shared_ptr<const RuleSet> compiled(const RandomRule& random, std::string& said) {
  const ActionCatalogue actions;
  const std::map<std::string, ActiveHours> hours;
  PlaceholderLists lists;
  for (const auto& [name, values] : random.lists) lists[name] = values;
  Diagnostics diagnostics("random.yml");
  ReadDocuments read = read_documents(random.yaml(), diagnostics, {actions, hours, lists});
  std::vector<Diagnostic> all = diagnostics.take();
  apply_filters(read.filters, read.rules, all);
  const std::size_t filters = read.filters.size();
  CompiledRules made = RuleSet::compile(std::move(read.rules), {});
  all.insert(all.end(), made.diagnostics.begin(), made.diagnostics.end());
  for (const Diagnostic& diagnostic : all) said += diagnostic.text() + "\n";
  return made.rules->size() == 1 && filters == random.filters.size() ? made.rules : nullptr;
}

}  // namespace

Compared Comparison::compare(Maker& maker, std::size_t events) {
  Compared result;
  result.rule = maker.rule();
  std::string said;
  const auto rules = compiled(result.rule, said);
  if (rules == nullptr) {
    result.disagreement = "the rule is refused:\n" + said + result.rule.yaml();
    return result;
  }
  while (result.events.size() < events && result.disagreement.empty()) {
    result.events.push_back(maker.event());
    result.matched += judge(*rules, result.events.back(), result) ? 1 : 0;
  }
  if (result.disagreement.empty()) judge_explanation(*rules, result.events.back(), result);
  // What events with the same fields can match is asked only once there were some.
  for (std::uint32_t i = 0; i < CandidateMemory::kEventsUntilRules && result.disagreement.empty(); ++i)
    judge(*rules, result.events.back(), result);
  for (std::size_t i = 0; i < result.events.size() && result.disagreement.empty(); ++i)
    judge(*rules, result.events[i], result);
  return result;
}

bool Comparison::judge(const RuleSet& rules, const Json& json, Compared& result) {
  const auto event = parser_.parse(json.dump());
  if (!event) {
    result.disagreement = event.error().detail + ": " + json.dump();
    return false;
  }
  const auto matches = rules.match(*event, scratch_);
  const bool wanted = result.rule.matches(json);
  if (matches && !matches->empty() == wanted) return wanted;
  result.disagreement = (wanted ? "no match, but the naive interpreter matches:\n"
                                : "a match, but the naive interpreter has none:\n") +
                        result.rule.yaml() + json.dump();
  return wanted;
}

void Comparison::judge_explanation(const RuleSet& rules, const Json& json, Compared& result) {
  const auto event = parser_.parse(json.dump());
  const auto explained = explain(rules.rule(RuleIndex(0)), rules.recognise(*event));
  if (!explained || explained->holds != result.rule.matches(json))
    result.disagreement =
        "explained otherwise than the naive interpreter has it:\n" + result.rule.yaml() + json.dump();
}

}  // namespace riposte::naive
