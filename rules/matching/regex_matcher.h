/// A regular expression, ready to be held against values. RE2 is the judge; it is not asked about values that
/// lack a text without which the expression cannot match.
///
/// Threads: any; immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace riposte {

/// What one regular expression may use; the largest public rule needs a fraction. Bytes.
inline constexpr std::int64_t kRegexMemoryMax = std::int64_t{8} << 20;

/// ASCII texts as fold() makes them, of which one stands in the folded form of every text that the expression
/// matches. None: it can match texts that have nothing in common. `shortest`: of those texts, in bytes.
std::vector<std::string> texts_needed_by(const std::string& expression, std::size_t shortest);

class RegexMatcher {
 public:
  /// Errors: what RE2 says about the expression.
  static std::expected<RegexMatcher, std::string> make(const std::string& expression);

  /// `folded`: the text as fold() makes it.
  bool matches(std::string_view text, std::string_view folded) const;

 private:
  RegexMatcher(std::shared_ptr<const re2::RE2> regex, std::vector<std::string> needed)
      : regex_(std::move(regex)), needed_(std::move(needed)) {}

  std::shared_ptr<const re2::RE2> regex_;
  std::vector<std::string> needed_;  ///< none: RE2 is asked about every text
};

}  // namespace riposte
