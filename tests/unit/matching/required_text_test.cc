// A value that a pattern matches has one of the pattern's required texts.
#include "rules/matching/required_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/matching/fold.h"
#include "rules/matching/value_matcher.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

/// Letters that have other cases in ASCII, beyond it, in both, or nowhere.
constexpr std::array<std::string_view, 23> kCharacters{
    "a",      "A",      "b",      "B",      "k",      "K",      "\u212A", "s",
    "S",      "\u017F", "i",      "\u0131", "1",      "-",      "\u00E9", "\u00C9",
    "\u03C3", "\u03C2", "\u03A3", "\u4E2D", "\u2013", "\u00DF", "\u1E9E"};

bool stands_in(const RequiredText& required, std::string_view folded) {
  switch (required.anchor) {
    case Anchor::whole:
      return folded == required.text;
    case Anchor::front:
      return folded.starts_with(required.text);
    case Anchor::back:
      return folded.ends_with(required.text);
    default:
      return folded.find(required.text) != std::string_view::npos;
  }
}

/// Patterns, and values that they often match.
class Patterns {
 public:
  explicit Patterns(std::uint64_t seed) : random_(seed) {}

  std::string text(std::size_t most) {
    const std::size_t some = random_.one_in(2) ? 5 : kCharacters.size();
    std::string made;
    for (std::size_t length = random_.below(most + 1); length > 0; --length)
      made += kCharacters[random_.below(some)];
    return made;
  }

  Pattern of_text() {
    Pattern made;
    made.kind = random_.one_of(std::array{Pattern::Kind::equals, Pattern::Kind::contains,
                                          Pattern::Kind::starts_with, Pattern::Kind::ends_with});
    made.cased = random_.one_in(3);
    made.value = text(5);
    return made;
  }

  Pattern of_glob() {
    Pattern made;
    made.kind = Pattern::Kind::wildcard;
    made.cased = random_.one_in(3);
    Glob glob;
    for (std::size_t pieces = random_.between(1, 4); pieces > 0; --pieces) {
      const auto kind = static_cast<GlobPiece::Kind>(random_.below(4));
      const bool is_text = kind == GlobPiece::Kind::text;
      // A reader never puts two texts side by side.
      if (is_text && !glob.empty() && glob.back().kind == GlobPiece::Kind::text) continue;
      glob.push_back({kind, is_text ? text(3) + "a" : ""});
    }
    made.value = glob;
    return made;
  }

  Pattern of_regex() {
    Pattern made;
    made.kind = Pattern::Kind::regex;
    made.value = (random_.one_in(3) ? "(?i)" : "") + expression(0);
    return made;
  }

  Pattern of_number() {
    Pattern made;
    made.value = random_.one_of(std::array<std::int64_t, 6>{0, 1, -1, 4711, 999'999'999, 10'000'000'000});
    if (random_.one_in(4)) made.value = random_.one_in(2);
    return made;
  }

  /// Made from the pattern's own texts, cases changed, with some more around.
  std::string value(const Pattern& pattern) {
    std::string made = random_.one_in(2) ? text(3) : "";
    if (const auto* own = std::get_if<std::string>(&pattern.value)) made += stripped(*own);
    if (const auto* glob = std::get_if<Glob>(&pattern.value))
      for (const GlobPiece& piece : *glob)
        made += piece.kind == GlobPiece::Kind::text       ? piece.text
                : piece.kind == GlobPiece::Kind::any_dash ? std::string(random_.one_of(kDashes))
                                                          : text(1);
    return recased(made) + (random_.one_in(2) ? text(3) : "");
  }

  Scalar scalar() {
    switch (random_.below(4)) {
      case 0:
        return {random_.one_of(std::array<std::int64_t, 4>{0, 1, 4711, 10'000'000'000})};
      case 1:
        return {random_.one_of(std::array{0.0, -0.0, 1.0, -1.0, 4711.0, 1e10})};
      case 2:
        return {random_.one_in(2)};
      default:
        return {random_.one_of(
            std::array<std::string_view, 8>{"0", "-0", "1", "01", "TRUE", "false", "4711", "-1"})};
    }
  }

 private:
  /// Another case of the same character, here and there.
  std::string recased(const std::string& written) {
    static const std::vector<std::vector<std::string_view>> kCases{
        {"a", "A"},           {"b", "B"},           {"k", "K", "\u212A"},
        {"s", "S", "\u017F"}, {"\u00E9", "\u00C9"}, {"\u03C3", "\u03C2", "\u03A3"},
        {"i", "I"},           {"\u00DF", "\u1E9E"}};
    std::string made = written;
    for (const auto& cases : kCases)
      for (const std::string_view one : cases)
        if (const std::size_t at = made.find(one); at != std::string::npos && random_.one_in(3))
          made.replace(at, one.size(), random_.one_of(cases));
    return made;
  }

  /// An expression without its signs.
  static std::string stripped(const std::string& expression) {
    std::string made;
    for (const char c : expression)
      if (std::string_view("(?:)[]|*+^$.\\{}").find(c) == std::string_view::npos) made += c;
    return made;
  }

  std::string expression(std::size_t depth) {
    switch (random_.below(depth < 3 ? 9 : 3)) {
      case 0:
        return text(4);
      case 1:
        return "[" + text(2) + "a]";
      case 2:
        return random_.one_in(2) ? ".*" : "\\w";
      case 3:
        return "(?:" + expression(depth + 1) + "|" + expression(depth + 1) + ")";
      case 4:
        return "(?:" + expression(depth + 1) + ")" +
               std::string(random_.one_of(std::array<std::string_view, 4>{"*", "+", "?", "{2}"}));
      case 5:
        return "^" + expression(depth + 1);
      case 6:
        return expression(depth + 1) + "$";
      default:
        return expression(depth + 1) + expression(depth + 1);
    }
  }

  Seeded random_;
};

/// How the texts of many patterns did.
struct Experience {
  std::size_t required = 0;     ///< patterns that required something
  std::size_t matched = 0;      ///< values of theirs that matched
  std::size_t ruled_out = 0;    ///< values that had none of the texts
  std::size_t exact_match = 0;  ///< values that matched because they had an exact one
};

std::string described(const Pattern& pattern, const std::vector<RequiredText>& required) {
  std::string text;
  if (const auto* own = std::get_if<std::string>(&pattern.value)) text = *own;
  if (const auto* glob = std::get_if<Glob>(&pattern.value))
    for (const GlobPiece& piece : *glob)
      text += fmt::format("<{}:{}>", static_cast<int>(piece.kind), piece.text);
  for (const RequiredText& one : required)
    text += fmt::format(" {}:'{}'{}", static_cast<int>(one.anchor), one.text, one.is_exact ? "!" : "");
  return text;
}

void check(const Pattern& pattern, const std::vector<Scalar>& values, Experience& experience) {
  const auto matcher = ValueMatcher::make(pattern);
  if (!matcher) return;
  const std::vector<RequiredText> required = required_texts(pattern);
  if (required.empty()) return;
  ++experience.required;
  for (const Scalar& scalar : values) {
    const std::string text = scalar.text();
    const std::string folded = fold(text);
    const bool matches = matcher->matches({scalar, text, folded});
    const auto stands = [&](const RequiredText& one) { return stands_in(one, folded); };
    const bool has_one = std::ranges::any_of(required, stands);
    const bool has_exact =
        std::ranges::any_of(required, [&](const RequiredText& one) { return one.is_exact && stands(one); });
    ASSERT_TRUE(has_one || !matches) << described(pattern, required) << " in " << text;
    ASSERT_TRUE(matches || !has_exact) << described(pattern, required) << " in " << text;
    experience.matched += matches ? 1 : 0;
    experience.ruled_out += has_one ? 0 : 1;
    experience.exact_match += has_exact ? 1 : 0;
  }
}

/// Values and patterns of one kind by the thousand.
template <class Make>
Experience experience_with(std::uint64_t seed, const Make& make) {
  constexpr int kPatterns = 4000;
  constexpr int kValues = 6;
  Patterns patterns(seed);
  Experience experience;
  for (int i = 0; i < kPatterns && !::testing::Test::HasFailure(); ++i) {
    const Pattern pattern = make(patterns);
    std::vector<std::string> texts;
    for (int k = 0; k < kValues; ++k) texts.push_back(patterns.value(pattern));
    std::vector<Scalar> values;
    for (const std::string& text : texts) values.push_back({std::string_view(text)});
    for (int k = 0; k < kValues; ++k) values.push_back(patterns.scalar());
    check(pattern, values, experience);
  }
  return experience;
}

TEST(RequiredTexts, StandInWhateverATextMatches) {
  const Experience seen = experience_with(1, [](Patterns& patterns) { return patterns.of_text(); });
  EXPECT_GT(seen.matched, 5000U);
  EXPECT_GT(seen.ruled_out, 5000U);
  EXPECT_GT(seen.exact_match, 3000U);
}

TEST(RequiredTexts, StandInWhateverAGlobMatches) {
  const Experience seen = experience_with(2, [](Patterns& patterns) { return patterns.of_glob(); });
  EXPECT_GT(seen.required, 1500U);
  EXPECT_GT(seen.matched, 2000U);
  EXPECT_GT(seen.ruled_out, 5000U);
}

TEST(RequiredTexts, StandInWhateverARegularExpressionMatches) {
  const Experience seen = experience_with(3, [](Patterns& patterns) { return patterns.of_regex(); });
  EXPECT_GT(seen.required, 1000U);
  EXPECT_GT(seen.matched, 500U);
  EXPECT_GT(seen.ruled_out, 5000U);
}

TEST(RequiredTexts, StandInWhateverARegularExpressionOfAnyLetterMatches) {
  for (const char* letter : {"\u0130", "\u0131", "\u00DF", "\u1E9E", "\u00E9", "\u00C9", "\u03A3", "\u212A"})
    for (const char* sensitivity : {"", "(?i)"}) {
      const std::string value = fmt::format("some {}stanbul", letter);
      Pattern pattern;
      pattern.kind = Pattern::Kind::regex;
      pattern.value = fmt::format("{}{}stanbul", sensitivity, letter);
      Experience seen;
      check(pattern, {{std::string_view(value)}}, seen);
      EXPECT_EQ(seen.matched, 1U) << value;
    }
}

TEST(RequiredTexts, StandInWhateverANumberOrATruthMatches) {
  const Experience seen = experience_with(4, [](Patterns& patterns) { return patterns.of_number(); });
  EXPECT_GT(seen.required, 3000U);
  EXPECT_GT(seen.matched, 1000U);
  EXPECT_GT(seen.exact_match, 1000U);
}

TEST(RequiredTexts, AreThoseThatMakeAPatternCheapToFind) {
  const auto texts_of = [](Pattern::Kind kind, const char* text) {
    Pattern pattern;
    pattern.kind = kind;
    pattern.value = text;
    std::vector<RequiredText> texts = required_texts(pattern);
    std::ranges::sort(texts, {}, &RequiredText::text);
    return described(pattern, texts);
  };
  EXPECT_EQ(texts_of(Pattern::Kind::contains, "Mimikatz"), "Mimikatz 3:'mimikatz'!");
  EXPECT_EQ(texts_of(Pattern::Kind::ends_with, "\\Cmd.exe"), "\\Cmd.exe 2:'\\cmd.exe'!");
  EXPECT_EQ(texts_of(Pattern::Kind::regex, "(?i)foo.*LongerOne"), "(?i)foo.*LongerOne 3:'longerone'");
  EXPECT_EQ(texts_of(Pattern::Kind::regex, "one|three"), "one|three 3:'one' 3:'three'");
  EXPECT_EQ(texts_of(Pattern::Kind::regex, ".*"), ".*");
}

}  // namespace
}  // namespace riposte
