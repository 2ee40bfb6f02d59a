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

namespace re2 {
class RE2;
}

namespace riposte {

/// A scalar that is not null, in the forms that patterns look at.
struct PreparedValue {
  Scalar scalar;
  std::string text;
  std::string folded;  ///< as fold() makes it
};

PreparedValue prepare(const Scalar& scalar);

/// ASCII in lower case, and the two other characters whose simple case folding is ASCII (U+017F, U+212A).
std::string fold(std::string_view text);

/// What one regular expression may use; the largest public rule needs a fraction. Bytes.
inline constexpr std::int64_t kRegexMemoryMax = std::int64_t{8} << 20;

class ValueMatcher {
 public:
  /// Errors: what RE2 says about the expression.
  static std::expected<ValueMatcher, std::string> make(const Pattern& pattern);

  /// Null and `*` look at the field as a whole; everything else at one value after the other.
  bool matches_field(const FieldValues& values) const;
  bool matches(const PreparedValue& value) const;

 private:
  struct Null {};
  struct Present {};
  struct Literal {
    Pattern::Kind kind;
    std::string folded;
  };
  struct Number {
    long double value;  ///< holds every 64-bit integer and every double exactly
    std::string text;
  };
  struct Flag {
    bool value;
  };
  /// A byte, or one of the two below.
  using Token = std::int16_t;
  static constexpr Token kAnyCharacter = -1;
  static constexpr Token kAnyString = -2;
  struct Wildcards {
    std::vector<Token> tokens;
  };
  using Regex = std::shared_ptr<const re2::RE2>;
  using Test = std::variant<Null, Present, Flag, Number, Literal, Wildcards, Regex>;

  explicit ValueMatcher(Test test) : test_(std::move(test)) {}
  static std::expected<ValueMatcher, std::string> make_regex(const std::string& expression);
  static std::expected<ValueMatcher, std::string> make_text(Pattern::Kind kind, const std::string& text);
  static std::expected<ValueMatcher, std::string> make_wildcards(const Glob& glob);
  static bool glob_matches(const std::vector<Token>& tokens, std::string_view text);

  Test test_;
};

}  // namespace riposte
