#include "rules/matching/required_text.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "rules/matching/fold.h"
#include "rules/matching/regex_matcher.h"

namespace riposte {
namespace {

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

std::vector<RequiredText> of_regex(const std::string& expression) {
  std::vector<RequiredText> texts;
  for (std::string& text : texts_needed_by(expression, LiteralIndex::kAnywhereMin))
    texts.push_back({Anchor::anywhere, std::move(text), false});
  return texts;
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
