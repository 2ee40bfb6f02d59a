/// Which values must be in an event for a rule to match it: one of a rule's witnesses is in every event that
/// the rule matches, so that a rule without one need not be looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/language/rule.h"
#include "rules/matching/compiled_rule.h"
#include "rules/matching/literal_index.h"

namespace riposte {

struct Witness {
  /// Of any text of the event, for a keyword.
  static constexpr std::uint32_t kAnyField = 0;
  /// Fields are counted from here in a literal.
  static constexpr std::uint32_t kFirstField = 1;

  IndexedLiteral literal;   ///< field: kAnyField, or kFirstField and the field's number
  bool is_literal = false;  ///< else: anything at literal.field
  /// The line that holds exactly where one of its witnesses is met; null when there is more to it.
  CompiledLine* line = nullptr;
};

/// A number in decimal digits, or 0x and hexadecimal ones: events have many values of that kind, and often
/// the same.
bool is_code(std::string_view text);

/// How many lines of a rule set ask for the same literal. What many rules ask for, many events have.
class LiteralCensus {
 public:
  void count(const Rule& rule, const CompiledRule& compiled);
  std::size_t count_of(const IndexedLiteral& literal) const;
  /// How many ask for anything of the field. What is asked for often, many events have.
  std::size_t lines_of(std::uint32_t field) const { return field < lines_.size() ? lines_[field] : 0; }

 private:
  struct Hash {
    std::size_t operator()(const IndexedLiteral& literal) const;
  };
  std::unordered_map<IndexedLiteral, std::size_t, Hash> counts_;
  std::vector<std::size_t> lines_;  ///< by field
};

/// The pattern holds where a value is null, or not there at all.
bool is_absence(const Pattern& pattern);

/// The cheapest witnesses, judged by how often each is likely to be met. Empty: the rule can match an event
/// that has nothing in particular.
std::optional<std::vector<Witness>> witnesses_of(const Rule& rule, CompiledRule& compiled,
                                                 const LiteralCensus& census);

/// Of lines that hold exactly where one of their witnesses is met, and whose witnesses are cheap to look for:
/// all of those witnesses.
std::vector<Witness> telling_witnesses_of(const Rule& rule, CompiledRule& compiled,
                                          const LiteralCensus& census);

}  // namespace riposte
