#include "tests/property/comparison.h"

#include "rules/language/reader.h"

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
  for (; result.events.size() < events;) {
    const Json& json = result.events.emplace_back(maker.event());
    const auto event = parser_.parse(json.dump());
    if (!event) {
      result.disagreement = event.error().detail + ": " + json.dump();
      return result;
    }
    const auto matches = rules->match(*event, scratch_);
    const bool wanted = result.rule.matches(json);
    result.matched += wanted ? 1 : 0;
    if (matches && !matches->empty() == wanted) continue;
    result.disagreement = (wanted ? "no match, but the naive interpreter matches:\n"
                                  : "a match, but the naive interpreter has none:\n") +
                          result.rule.yaml() + json.dump();
    return result;
  }
  return result;
}

}  // namespace riposte::naive
