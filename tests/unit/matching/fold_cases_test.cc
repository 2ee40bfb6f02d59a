// What a rule's text may be written as is what RE2 takes for the same without regard to case.
#include <algorithm>
#include <cwctype>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/language/utf8.h"
#include "rules/matching/fold.h"
#include "rules/matching/value_matcher.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

constexpr char32_t kFirstBeyondAscii = 0x80;
constexpr std::size_t kMost = 16;

std::string written_as(char32_t point) {
  std::string text;
  append_utf8(text, point);
  return text;
}

/// Every character beyond ASCII that has another case by the system's tables, and those cases.
std::set<char32_t> points_with_cases() {
  constexpr char32_t kEnd = 0x110000;
  const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  std::set<char32_t> points;
  for (char32_t point = kFirstBeyondAscii; unicode != nullptr && point < kEnd; ++point) {
    const auto wide = static_cast<std::wint_t>(point);
    for (const std::wint_t other : {::towlower_l(wide, unicode), ::towupper_l(wide, unicode)})
      if (other != wide) points.insert({point, static_cast<char32_t>(other)});
  }
  if (unicode != nullptr) ::freelocale(unicode);
  std::erase_if(points, [](char32_t point) { return point < kFirstBeyondAscii; });
  return points;
}

/// Whether RE2 finds the character, in any of its cases, in the text.
class AnyCase {
 public:
  explicit AnyCase(char32_t point) : matcher_(*ValueMatcher::make(pattern_of(point))) {}
  bool stands_in(const std::string& text) const {
    const std::string folded = fold(text);
    return matcher_.matches({{std::string_view(text)}, text, folded});
  }

 private:
  static Pattern pattern_of(char32_t point) {
    Pattern pattern;
    pattern.kind = Pattern::Kind::regex;
    pattern.value = fmt::format("(?i)[{}]", written_as(point));
    return pattern;
  }
  ValueMatcher matcher_;
};

TEST(FoldingAscii, IsFoldingForTextsWithoutTheTwoOtherCharacters) {
  Seeded random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random.text("aAzZ@[`{\x80\xC1\xDA\xE1\xFA\xC5\xBE\xE2\x84 09", random.below(70));
    ASSERT_FALSE(folds_into_ascii(text));
    std::string made(text.size(), '?');
    fold_ascii(text, made.data());
    ASSERT_EQ(made, fold(text));
  }
}

TEST(FoldingAscii, IsNotEnoughForTheTwo) {
  for (const char* text : {"\u017F", "a\u212A", "\u212Ab"}) {
    EXPECT_TRUE(folds_into_ascii(text)) << text;
    EXPECT_NE(fold(text), text);
  }
  EXPECT_EQ(fold("\xC5"), "\xC5");
  EXPECT_EQ(fold("\xE2\x84"), "\xE2\x84");
}

TEST(CaseVariants, AreAllThatRe2TakesForACharacter) {
  const std::set<char32_t> points = points_with_cases();
  ASSERT_GT(points.size(), 2000U);
  for (const char32_t point : points) {
    const std::vector<std::string> variants = case_variants(written_as(point), kMost);
    const AnyCase any(point);
    std::string others;
    for (const char32_t other : points)
      if (std::ranges::find(variants, fold(written_as(other))) == variants.end()) others += written_as(other);
    EXPECT_FALSE(any.stands_in(others)) << fmt::format("U+{:04X}", static_cast<std::uint32_t>(point));
  }
}

TEST(CaseVariants, HaveNothingThatRe2DoesNotTakeForACharacter) {
  for (const char32_t point : points_with_cases()) {
    const AnyCase any(point);
    for (const std::string& variant : case_variants(written_as(point), kMost))
      EXPECT_TRUE(any.stands_in(variant))
          << fmt::format("U+{:04X} {}", static_cast<std::uint32_t>(point), variant);
  }
}

TEST(CaseVariants, OfATextAreThoseOfItsCharactersInEveryCombination) {
  using ::testing::UnorderedElementsAre;
  EXPECT_THAT(case_variants("", kMost), UnorderedElementsAre(""));
  EXPECT_THAT(case_variants("aB1", kMost), UnorderedElementsAre("ab1"));
  EXPECT_THAT(case_variants("a\u00E9", kMost), UnorderedElementsAre("a\u00E9", "a\u00C9"));
  EXPECT_THAT(case_variants("\u00E9x\u00C4", kMost),
              UnorderedElementsAre("\u00E9x\u00E4", "\u00E9x\u00C4", "\u00C9x\u00E4", "\u00C9x\u00C4"));
  EXPECT_THAT(case_variants("\u4E2D\u6587", kMost), UnorderedElementsAre("\u4E2D\u6587"));
  EXPECT_THAT(case_variants("\u00E9\u00E9\u00E9\u00E9\u00E9", kMost), UnorderedElementsAre());
  EXPECT_THAT(case_variants("\xFF", kMost), UnorderedElementsAre());
}

TEST(FoldingIsEnough, OnlyWhereRe2TakesACharacterForNoOther) {
  const std::set<char32_t> points = points_with_cases();
  for (const char32_t point : points) {
    if (!fold_is_enough(written_as(point))) continue;
    std::string others;
    for (const char32_t other : points)
      if (other != point) others += written_as(other);
    EXPECT_FALSE(AnyCase(point).stands_in(others))
        << fmt::format("U+{:04X}", static_cast<std::uint32_t>(point));
  }
}

TEST(FoldingIsEnough, ForWhatHasOneCase) {
  EXPECT_TRUE(fold_is_enough(""));
  EXPECT_TRUE(fold_is_enough("cmd.EXE"));
  EXPECT_TRUE(fold_is_enough("\u4E2D\u6587 \u2014 \U0001F600"));
  EXPECT_FALSE(fold_is_enough("na\u00EFve"));
  EXPECT_FALSE(fold_is_enough("\u017F"));
  EXPECT_FALSE(fold_is_enough("\xFF"));
}

}  // namespace
}  // namespace riposte
