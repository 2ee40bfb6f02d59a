#include "rules/matching/witness.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "rules/matching/required_text.h"

namespace riposte {
namespace {

struct Cover {
  double cost = 0;
  std::vector<Witness> witnesses;
};
using MaybeCover = std::optional<Cover>;

/// What it costs, in the end, to have a rule looked at for nothing whenever a field has any value at all.
constexpr double kAnyValueCost = 3000;

MaybeCover cheaper(MaybeCover a, MaybeCover b) {
  if (!a || !b) return a ? std::move(a) : std::move(b);
  return b->cost < a->cost ? std::move(b) : std::move(a);
}

/// Either of two may hold, so both have to be looked for.
MaybeCover joined(MaybeCover a, MaybeCover b) {
  if (!a || !b) return {};
  a->cost += b->cost;
  std::ranges::move(b->witnesses, std::back_inserter(a->witnesses));
  return a;
}

/// What every value of the field pays for the literal being searched for: see LiteralIndex.
double search_cost(const IndexedLiteral& literal) {
  constexpr std::size_t kEveryFourthPlace = 7;
  constexpr std::size_t kEverySecondPlace = 5;
  constexpr std::size_t kFewPairs = 4;
  const std::size_t length = literal.text.size();
  if (literal.anchor != Anchor::anywhere || length >= kEveryFourthPlace) return 0;
  if (length >= kEverySecondPlace) return 10;
  return length >= kFewPairs ? 25 : 50;
}

/// How often a literal is met for nothing, by its looks: the shorter, the more often.
double commonness(const IndexedLiteral& literal) {
  constexpr std::size_t kTellingLength = 3;
  const auto length = static_cast<double>(literal.text.size());
  if (literal.anchor == Anchor::anywhere) return 2 + 400 * std::exp(-0.7 * length);
  if (literal.anchor != Anchor::whole) return 1 + 60 * std::exp(-0.5 * length);
  if (is_code(literal.text)) return 20;
  return literal.text.size() < kTellingLength ? 10 : 1;
}

/// Judged by looks and by how many lines of rules ask for the same: what rules have often, events have often.
double cost_of(const IndexedLiteral& literal, std::size_t count) {
  return search_cost(literal) + commonness(literal) + 1.5 * static_cast<double>(count);
}

/// As literals count fields.
std::uint32_t field_of(const CompiledLine& line) {
  return line.field ? Witness::kFirstField + static_cast<std::uint32_t>(*line.field) : Witness::kAnyField;
}

class WitnessFinder {
 public:
  WitnessFinder(const Rule& rule, CompiledRule& compiled, const LiteralCensus& census)
      : rule_(rule), compiled_(compiled), census_(census) {}

  MaybeCover of(const Condition& condition) {
    MaybeCover best;
    switch (condition.kind) {
      case Condition::Kind::selection:
        return of_selection(condition.selection);
      case Condition::Kind::all_of:
        for (const Condition& operand : condition.operands) best = cheaper(std::move(best), of(operand));
        return best;
      case Condition::Kind::any_of:
        best.emplace();
        for (const Condition& operand : condition.operands) best = joined(std::move(best), of(operand));
        return best;
      case Condition::Kind::negation:
        break;
    }
    return {};
  }

  void tell(std::size_t number, std::vector<Witness>& out) {
    const Selection& written = rule_.selections[number];
    for (std::size_t m = 0; m < written.maps.size(); ++m)
      for (std::size_t l = 0; l < written.maps[m].size(); ++l) {
        if (written.maps[m][l].negated) continue;
        MaybeCover cover = of_line(written.maps[m][l], compiled_.selections[number].maps[m][l]);
        if (cover && std::ranges::all_of(cover->witnesses, is_cheap))
          std::ranges::move(cover->witnesses, std::back_inserter(out));
      }
  }

 private:
  static bool is_cheap(const Witness& witness) {
    return witness.line != nullptr && search_cost(witness.literal) == 0;
  }

  MaybeCover of_selection(std::size_t number) {
    const Selection& written = rule_.selections[number];
    MaybeCover all = Cover{};
    for (std::size_t i = 0; i < written.maps.size() && all; ++i)
      all = joined(std::move(all), of_map(written.maps[i], compiled_.selections[number].maps[i]));
    return all;
  }

  MaybeCover of_map(const std::vector<FieldMatch>& written, std::vector<CompiledLine>& lines) {
    MaybeCover best;
    for (std::size_t i = 0; i < written.size(); ++i)
      if (!written[i].negated) best = cheaper(std::move(best), of_line(written[i], lines[i]));
    return best;
  }

  MaybeCover of_line(const FieldMatch& written, CompiledLine& line) {
    MaybeCover best;
    if (!written.all) best.emplace();
    for (std::size_t v = 0; v < written.values.size(); ++v) {
      MaybeCover one = Cover{};
      for (std::size_t p = 0; p < written.values[v].size(); ++p) {
        const auto* reference = std::get_if<CompiledReference>(&line.values[v][p]);
        one = joined(std::move(one), reference != nullptr ? of_reference(*reference, line)
                                                          : of_pattern(written.values[v][p], line));
      }
      best = written.all ? cheaper(std::move(best), std::move(one)) : joined(std::move(best), std::move(one));
    }
    const bool is_told =
        best && !written.all &&
        std::ranges::all_of(best->witnesses, [](const Witness& witness) { return witness.line != nullptr; });
    if (best && !is_told)
      for (Witness& witness : best->witnesses) witness.line = nullptr;
    return best;
  }

  MaybeCover any_value(std::uint32_t field) const {
    const double cost = kAnyValueCost + static_cast<double>(census_.lines_of(field));
    return Cover{cost, {{{field, Anchor::whole, ""}, false, nullptr}}};
  }

  /// Both fields have a value where they are the same.
  MaybeCover of_reference(const CompiledReference& reference, const CompiledLine& line) const {
    const auto other = Witness::kFirstField + static_cast<std::uint32_t>(reference.field);
    MaybeCover cover = any_value(other);
    return line.field ? cheaper(std::move(cover), any_value(field_of(line))) : std::move(cover);
  }

  MaybeCover of_pattern(const Pattern& pattern, CompiledLine& line) {
    if (is_absence(pattern)) return {};
    const std::uint32_t field = field_of(line);
    Cover cover;
    const std::vector<RequiredText> texts = required_texts(pattern);
    if (!can_be_searched_for(texts)) {
      return line.field ? any_value(field) : MaybeCover();
    }
    for (const RequiredText& text : texts) {
      const IndexedLiteral literal{field, text.anchor, text.text};
      cover.cost += cost_of(literal, census_.count_of(literal));
      cover.witnesses.push_back({literal, true, text.is_exact ? &line : nullptr});
    }
    return cover;
  }

  const Rule& rule_;
  CompiledRule& compiled_;
  const LiteralCensus& census_;
};

}  // namespace

bool is_code(std::string_view text) {
  constexpr std::string_view kHexadecimal = "0x";
  if (!text.starts_with(kHexadecimal)) return text.find_first_not_of("0123456789") == std::string_view::npos;
  return text.find_first_not_of("0123456789abcdef", kHexadecimal.size()) == std::string_view::npos;
}

std::size_t LiteralCensus::Hash::operator()(const IndexedLiteral& literal) const {
  return std::hash<std::string>()(literal.text) ^ literal.field;
}

void LiteralCensus::count(const Rule& rule, const CompiledRule& compiled) {
  for (std::size_t s = 0; s < rule.selections.size(); ++s)
    for (std::size_t m = 0; m < rule.selections[s].maps.size(); ++m)
      for (std::size_t l = 0; l < rule.selections[s].maps[m].size(); ++l) {
        const CompiledLine& line = compiled.selections[s].maps[m][l];
        const std::uint32_t field = field_of(line);
        if (lines_.size() <= field) lines_.resize(field + std::size_t{1});
        ++lines_[field];
        for (const std::vector<Pattern>& value : rule.selections[s].maps[m][l].values)
          for (const Pattern& pattern : value)
            if (pattern.kind != Pattern::Kind::regex)
              for (const RequiredText& text : required_texts(pattern))
                ++counts_[{field, text.anchor, text.text}];
      }
}

std::size_t LiteralCensus::count_of(const IndexedLiteral& literal) const {
  const auto found = counts_.find(literal);
  return found == counts_.end() ? 0 : found->second;
}

bool is_absence(const Pattern& pattern) {
  return pattern.kind == Pattern::Kind::equals
             ? std::holds_alternative<std::monostate>(pattern.value)
             : pattern.kind == Pattern::Kind::exists && !std::get<bool>(pattern.value);
}

std::optional<std::vector<Witness>> witnesses_of(const Rule& rule, CompiledRule& compiled,
                                                 const LiteralCensus& census) {
  MaybeCover cover = WitnessFinder(rule, compiled, census).of(rule.condition);
  if (!cover) return {};
  return std::move(cover->witnesses);
}

std::vector<Witness> telling_witnesses_of(const Rule& rule, CompiledRule& compiled,
                                          const LiteralCensus& census) {
  std::vector<Witness> witnesses;
  WitnessFinder finder(rule, compiled, census);
  for (std::size_t selection = 0; selection < rule.selections.size(); ++selection)
    finder.tell(selection, witnesses);
  return witnesses;
}

}  // namespace riposte
