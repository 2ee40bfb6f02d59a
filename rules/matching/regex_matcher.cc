#include "rules/matching/regex_matcher.h"

#include <algorithm>

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include "rules/matching/contains.h"
#include "rules/matching/fold.h"

namespace riposte {
namespace {

/// More searches take longer than RE2.
constexpr std::size_t kNeededMax = 4;

RE2::Options options() {
  RE2::Options options;
  options.set_max_mem(kRegexMemoryMax);
  options.set_log_errors(false);
  return options;
}

}  // namespace

std::vector<std::string> texts_needed_by(const std::string& expression, std::size_t shortest) {
  re2::FilteredRE2 filter(static_cast<int>(shortest));
  int id = 0;
  if (filter.Add(expression, options(), &id) != RE2::NoError) return {};
  std::vector<std::string> atoms;
  filter.Compile(&atoms);
  const auto passes = [&](const std::vector<int>& found) {
    std::vector<int> potentials;
    filter.AllPotentials(found, &potentials);
    return !potentials.empty();
  };
  if (atoms.empty() || passes({})) return {};
  std::vector<std::string> all;
  std::size_t needed = atoms.size();  // the longest of those that no match can do without
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    // RE2 has characters beyond ASCII in lower case here, which fold() has not.
    all.push_back(fold(longest_ascii(atoms[i])));
    std::vector<int> others;
    for (std::size_t k = 0; k < atoms.size(); ++k)
      if (k != i) others.push_back(static_cast<int>(k));
    const bool is_longest = needed == atoms.size() || all[needed].size() < all[i].size();
    if (is_longest && !passes(others)) needed = i;
  }
  if (needed < atoms.size()) all = {all[needed]};
  const bool are_texts = std::ranges::none_of(all, [](const std::string& text) { return text.empty(); });
  return are_texts ? all : std::vector<std::string>();
}

std::expected<RegexMatcher, std::string> RegexMatcher::make(const std::string& expression) {
  auto regex = std::make_shared<const RE2>(expression, options());
  if (!regex->ok()) return std::unexpected(regex->error());
  std::vector<std::string> needed = texts_needed_by(expression, 1);
  if (needed.size() > kNeededMax) needed.clear();
  return RegexMatcher(std::move(regex), std::move(needed));
}

bool RegexMatcher::matches(std::string_view text, std::string_view folded) const {
  const bool may_match = needed_.empty() || std::ranges::any_of(needed_, [&](const std::string& wanted) {
                           return contains(folded, wanted);
                         });
  return may_match && RE2::PartialMatch(text, *regex_);
}

}  // namespace riposte
