#include "rules/matching/required_text.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include "rules/matching/fold.h"
#include "rules/matching/value_matcher.h"

namespace riposte {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

Anchor anchor_of(Pattern::Kind kind) {
  switch (kind) {
    case Pattern::Kind::contains:
      return Anchor::anywhere;
    case Pattern::Kind::starts_with:
      return Anchor::front;
    case Pattern::Kind::ends_with:
      return Anchor::back;
    default:
      return Anchor::whole;
  }
}

/// The longest run of ASCII: other characters have more cases than fold() knows.
std::string_view longest_ascii(std::string_view text) {
  std::string_view best;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_ascii(text[end])) ++end;
    if (end - at > best.size()) best = text.substr(at, end - at);
    at = end + 1;
  }
  return best;
}

/// A text of letters beyond ASCII is looked for in each of its cases, unless they are many.
constexpr std::size_t kCasesMax = 16;

std::vector<RequiredText> of_text(const Pattern& pattern, const std::string& text) {
  std::vector<RequiredText> texts;
  for (std::string& variant : case_variants(text, kCasesMax))
    texts.push_back({anchor_of(pattern.kind), std::move(variant), !pattern.cased});
  if (texts.empty()) texts.push_back({Anchor::anywhere, fold(longest_ascii(text)), false});
  return texts;
}

std::vector<RequiredText> of_glob(const Glob& glob) {
  RequiredText best;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    if (glob[i].kind != GlobPiece::Kind::text) continue;
    const bool is_whole = fold_is_enough(glob[i].text);
    const std::string_view text = is_whole ? glob[i].text : longest_ascii(glob[i].text);
    if (text.size() <= best.text.size()) continue;
    Anchor anchor = Anchor::anywhere;
    if (is_whole && i == 0) anchor = Anchor::front;
    if (is_whole && i + 1 == glob.size()) anchor = glob.size() == 1 ? Anchor::whole : Anchor::back;
    best = {anchor, fold(text), false};
  }
  if (best.text.empty()) return {};
  return {best};
}

/// One text in the expression that no match can do without, or all that RE2 says one must be there of.
std::vector<RequiredText> of_regex(const std::string& expression) {
  RE2::Options options;
  options.set_max_mem(kRegexMemoryMax);
  options.set_log_errors(false);
  re2::FilteredRE2 filter(static_cast<int>(LiteralIndex::kAnywhereMin));
  int id = 0;
  if (filter.Add(expression, options, &id) != RE2::NoError) return {};
  std::vector<std::string> atoms;
  filter.Compile(&atoms);
  const auto passes = [&](const std::vector<int>& found) {
    std::vector<int> potentials;
    filter.AllPotentials(found, &potentials);
    return !potentials.empty();
  };
  if (atoms.empty() || passes({})) return {};
  std::vector<RequiredText> all;
  const std::string* needed = nullptr;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    // RE2 has characters beyond ASCII in lower case here, which fold() has not.
    atoms[i] = longest_ascii(atoms[i]);
    all.push_back({Anchor::anywhere, fold(atoms[i]), false});
    std::vector<int> others;
    for (std::size_t k = 0; k < atoms.size(); ++k)
      if (k != i) others.push_back(static_cast<int>(k));
    if (!passes(others) && (needed == nullptr || needed->size() < atoms[i].size())) needed = &atoms[i];
  }
  if (needed != nullptr) return {{Anchor::anywhere, fold(*needed), false}};
  return all;
}

/// Numbers below have one text only, as long as nobody writes a minus before a zero.
std::vector<RequiredText> of_integer(std::int64_t number) {
  constexpr std::int64_t kOneTextMax = 1'000'000'000;
  if (number > kOneTextMax || number < -kOneTextMax) return {};
  std::vector<RequiredText> texts{{Anchor::whole, std::to_string(number), true}};
  if (number == 0) texts.push_back({Anchor::whole, "-0", false});
  return texts;
}

}  // namespace

std::vector<RequiredText> required_texts(const Pattern& pattern) {
  if (const auto* glob = std::get_if<Glob>(&pattern.value)) return of_glob(*glob);
  if (pattern.kind == Pattern::Kind::regex) return of_regex(std::get<std::string>(pattern.value));
  const bool is_text_kind =
      pattern.kind == Pattern::Kind::equals || pattern.kind == Pattern::Kind::contains ||
      pattern.kind == Pattern::Kind::starts_with || pattern.kind == Pattern::Kind::ends_with;
  if (!is_text_kind) return {};
  if (const auto* text = std::get_if<std::string>(&pattern.value)) return of_text(pattern, *text);
  if (const auto* flag = std::get_if<bool>(&pattern.value))
    return {{Anchor::whole, *flag ? "true" : "false", true}};
  if (const auto* number = std::get_if<std::int64_t>(&pattern.value)) return of_integer(*number);
  return {};
}

bool can_be_searched_for(std::span<const RequiredText> texts) {
  return !texts.empty() && std::ranges::all_of(texts, [](const RequiredText& text) {
    return LiteralIndex::is_indexable(text.anchor, text.text);
  });
}

}  // namespace riposte
