/// One pattern of a rule, ready to be held against values.
///
/// Threads: any; immutable.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/event/event.h"
#include "rules/language/rule.h"
#include "rules/matching/glob_matcher.h"
#include "rules/matching/literal_pattern.h"
#include "rules/matching/regex_matcher.h"

namespace riposte {

/// A scalar that is not null, in the forms that patterns look at.
struct PreparedValue {
  Scalar scalar;
  std::string_view text;
  std::string_view folded;  ///< as fold() makes it
};

class ValueMatcher {
 public:
  /// Errors: what RE2 says about the expression.
  static std::expected<ValueMatcher, std::string> make(const Pattern& pattern);

  /// Null, `*` and existence look at the field as a whole; everything else at one value after the other.
  bool matches_field(const FieldValues& values) const;
  bool matches(const PreparedValue& value) const;
  /// How long matches() takes, in units of the comparison of two texts, roughly.
  std::size_t effort() const;
  /// Texts of which the value must be one, or have one in it; none when there is more to it.
  std::vector<LiteralPattern> literals() const;

 private:
  struct Null {};
  struct Present {};
  struct Exists {
    bool wanted;
  };
  struct Number {
    long double value;  ///< holds every 64-bit integer and every double exactly
    std::string text;
  };
  struct Comparison {
    Pattern::Kind kind;
    long double bound;
  };
  struct Flag {
    bool value;
  };
  using Test = std::variant<Null, Present, Exists, Flag, Number, Comparison, LiteralPattern, GlobMatcher,
                            RegexMatcher, IpNetwork, TimePart>;

  explicit ValueMatcher(Test test) : test_(std::move(test)) {}
  static std::expected<ValueMatcher, std::string> make_regex(const std::string& expression);
  static std::expected<ValueMatcher, std::string> make_text(const Pattern& pattern, const std::string& text);
  static std::expected<ValueMatcher, std::string> make_wildcards(const Glob& glob, bool cased);

  static bool holds(const LiteralPattern& literal, const PreparedValue& value);
  static bool holds(const GlobMatcher& glob, const PreparedValue& value);
  static bool holds(const RegexMatcher& regex, const PreparedValue& value);
  static bool holds(const Flag& flag, const PreparedValue& value);
  static bool holds(const Number& number, const PreparedValue& value);
  static bool holds(const Comparison& comparison, const PreparedValue& value);
  static bool holds(const IpNetwork& network, const PreparedValue& value);
  static bool holds(const TimePart& part, const PreparedValue& value);

  Test test_;
};

/// Whether the value is the other one, or has it inside at the open ends.
bool refers(const FieldReference& reference, bool cased, const PreparedValue& value,
            const PreparedValue& other);

}  // namespace riposte
