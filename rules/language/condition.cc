#include "rules/language/condition.h"

#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/base/ascii.h"
#include "engine/base/nearest.h"

namespace riposte {
namespace {

using Parsed = std::expected<Condition, std::string>;

/// Of a rule's selections, when none is like the one that is missing.
constexpr std::size_t kNamesShownMax = 10;
constexpr std::array<std::string_view, 5> kKeywords{"and", "or", "not", "of", "them"};

template <class... Arguments>
std::unexpected<std::string> wrong(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  return std::unexpected(fmt::format(text, std::forward<Arguments>(arguments)...));
}

std::vector<std::string_view> split_words(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    if (kBlank.find(text[i]) != std::string_view::npos) {
      ++i;
    } else if (text[i] == '(' || text[i] == ')' || text[i] == '|') {
      words.push_back(text.substr(i++, 1));
    } else {
      const std::size_t end = std::min(text.find_first_of(" \t\r\n()|", i), text.size());
      words.push_back(text.substr(i, end - i));
      i = end;
    }
  }
  return words;
}

/// `*` stands for any run of characters. On a mismatch the last `*` takes one character more.
bool name_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Condition joined(Condition::Kind kind, std::vector<Condition> operands) {
  if (operands.size() == 1) return std::move(operands.front());
  return {kind, 0, std::move(operands)};
}

class ConditionParser {
 public:
  ConditionParser(std::vector<std::string_view> words, std::span<const Selection> selections)
      : words_(std::move(words)), selections_(selections) {}

  Parsed parse() {
    Parsed condition = alternatives();
    if (!condition) return condition;
    if (next_ == words_.size()) return condition;
    if (peek() == ")") return wrong("')' in the condition without a '(' before it; remove it, or open it");
    return unexpected_word();
  }

 private:
  std::string_view peek() const { return next_ < words_.size() ? words_[next_] : std::string_view(); }
  bool accept(std::string_view word) {
    if (peek() != word) return false;
    ++next_;
    return true;
  }

  Parsed alternatives() {
    std::vector<Condition> operands;
    do {
      Parsed operand = conjunction();
      if (!operand) return operand;
      operands.push_back(std::move(*operand));
    } while (accept("or"));
    return joined(Condition::Kind::any_of, std::move(operands));
  }

  Parsed conjunction() {
    std::vector<Condition> operands;
    do {
      Parsed operand = negation();
      if (!operand) return operand;
      operands.push_back(std::move(*operand));
    } while (accept("and"));
    return joined(Condition::Kind::all_of, std::move(operands));
  }

  Parsed negation() {
    if (!accept("not")) return primary();
    if (++depth_ > kConditionDepthMax) return too_deep();
    Parsed operand = negation();
    --depth_;
    if (!operand) return operand;
    std::vector<Condition> operands;
    operands.push_back(std::move(*operand));
    return Condition{Condition::Kind::negation, 0, std::move(operands)};
  }

  Parsed primary() {
    if (next_ == words_.size()) {
      if (words_.empty()) return wrong("the condition is empty; name a selection");
      return wrong("the condition ends after '{}', where a selection is wanted", words_.back());
    }
    if (accept("(")) return group();
    const bool quantifier = next_ + 1 < words_.size() && words_[next_ + 1] == "of";
    return quantifier ? quantified() : selection();
  }

  Parsed group() {
    if (++depth_ > kConditionDepthMax) return too_deep();
    Parsed inside = alternatives();
    --depth_;
    if (!inside) return inside;
    if (accept(")")) return inside;
    if (next_ == words_.size())
      return wrong("a '(' in the condition is not closed; write a ')' where it ends");
    return unexpected_word();
  }

  Parsed quantified() {
    const std::string_view quantity = words_[next_];
    if (quantity != "1" && quantity != "all" && quantity != "any") {
      const std::string small = lower_ascii(quantity);
      if (small == "all" || small == "any")
        return wrong("'{}' in the condition: write it small, '{}'", quantity, small);
      return wrong("'{} of' in the condition: only '1 of' and 'all of' exist", quantity);
    }
    next_ += 2;
    const std::string_view pattern = peek();
    if (pattern.empty())
      return wrong("the condition ends after 'of', where 'them' or a selection's name is wanted");
    ++next_;
    std::vector<Condition> operands = selections_like(pattern);
    if (operands.empty()) return no_selection_like(quantity, pattern);
    return joined(quantity == "all" ? Condition::Kind::all_of : Condition::Kind::any_of, std::move(operands));
  }

  std::vector<Condition> selections_like(std::string_view pattern) const {
    std::vector<Condition> found;
    for (std::size_t i = 0; i < selections_.size(); ++i) {
      const std::string& name = selections_[i].name;
      if (pattern == "them" ? !name.starts_with('_') : name_matches(pattern, name))
        found.push_back({Condition::Kind::selection, i, {}});
    }
    return found;
  }

  Parsed no_selection_like(std::string_view quantity, std::string_view pattern) const {
    if (lower_ascii(pattern) == "them" && pattern != "them")
      return wrong("'{}' in the condition: write it small, 'them'", pattern);
    return wrong("no selection is named like '{}' in '{} of {}'{}", pattern, quantity, pattern,
                 nearest_selection(pattern));
  }

  Parsed selection() {
    const std::string_view word = peek();
    const auto it = std::ranges::find(selections_, word, &Selection::name);
    if (it != selections_.end()) {
      ++next_;
      return Condition{Condition::Kind::selection, static_cast<std::size_t>(it - selections_.begin()), {}};
    }
    if (is_condition_keyword(word) || word == ")" || word == "|") return unexpected_word();
    if (is_condition_keyword(lower_ascii(word)))
      return wrong("'{}' in the condition: write it small, '{}'", word, lower_ascii(word));
    if (word.find('*') != std::string_view::npos)
      return wrong("'{}' in the condition: write '1 of {}' or 'all of {}'", word, word, word);
    return wrong("the condition names '{}', which is no selection of this rule{}", word,
                 nearest_selection(word));
  }

  Parsed unexpected_word() const {
    const std::string_view word = peek();
    if (word == "|")
      return wrong("'|' in the condition: aggregations are not supported; a condition is about one event");
    const std::string small = lower_ascii(word);
    if (small != word && is_condition_keyword(small))
      return wrong("'{}' in the condition: write it small, '{}'", word, small);
    const std::string_view before = next_ == 0 ? "the beginning" : words_[next_ - 1];
    return wrong("'{}' in the condition does not belong after {}{}", word,
                 next_ == 0 ? std::string(before) : fmt::format("'{}'", before),
                 is_selection(before) ? "; 'and' or 'or' stands between two selections" : "");
  }

  Parsed too_deep() const {
    return wrong("the condition nests deeper than {} levels; give its parts selections of their own",
                 kConditionDepthMax);
  }

  bool is_selection(std::string_view word) const {
    return std::ranges::find(selections_, word, &Selection::name) != selections_.end();
  }

  std::string nearest_selection(std::string_view word) const {
    std::vector<std::string_view> names;
    for (const Selection& known : selections_) names.push_back(known.name);
    std::string cure = did_you_mean(word, names);
    if (!cure.empty() || names.empty()) return cure;
    return fmt::format("; it has: {}", fmt::join(names | std::views::take(kNamesShownMax), ", "));
  }

  std::vector<std::string_view> words_;
  std::span<const Selection> selections_;
  std::size_t next_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

bool is_condition_keyword(std::string_view word) {
  return std::ranges::find(kKeywords, word) != kKeywords.end();
}

std::expected<Condition, std::string> parse_condition(std::string_view text,
                                                      std::span<const Selection> selections) {
  std::vector<std::string_view> words = split_words(text);
  if (words.size() > kConditionWordsMax)
    return wrong("the condition has more than {} words; use '1 of' and 'all of'", kConditionWordsMax);
  return ConditionParser(std::move(words), selections).parse();
}

}  // namespace riposte
