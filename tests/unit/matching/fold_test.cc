#include "rules/matching/fold.h"

#include <cwctype>

#include <gtest/gtest.h>

#include "rules/language/utf8.h"
#include "rules/matching/value_matcher.h"

namespace riposte {
namespace {

std::string utf8(std::wint_t point) {
  std::string text;
  append_utf8(text, static_cast<char32_t>(point));
  return text;
}

/// What a text of the rule makes of it.
bool equal_to_a_rule(const std::string& written, const std::string& value) {
  Pattern pattern;
  pattern.value = written;
  const auto matcher = ValueMatcher::make(pattern);
  const std::string folded = fold(value);
  return matcher && matcher->matches({{std::string_view(value)}, value, folded});
}

TEST(Folding, BringsTogetherWhatRulesTakeForTheSame) {
  const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  ASSERT_NE(unicode, nullptr);
  std::size_t pairs = 0;
  for (std::wint_t point = 0x80; point < 0x110000; ++point) {
    if (point >= 0xD800 && point < 0xE000) continue;
    for (const std::wint_t other : {::towlower_l(point, unicode), ::towupper_l(point, unicode)}) {
      if (other == point || other < 0x80) continue;
      const bool same = fold_beyond_ascii(utf8(point)) == fold_beyond_ascii(utf8(other));
      EXPECT_EQ(same, equal_to_a_rule(utf8(point), utf8(other))) << std::hex << point << " " << other;
      ++pairs;
    }
  }
  ::freelocale(unicode);
  EXPECT_GT(pairs, 2000U);
}

TEST(Folding, LeavesTheTurkishLettersAlone) {
  EXPECT_EQ(fold_beyond_ascii("ıİ"), "ıİ");
  EXPECT_EQ(fold("K\u212A\u017F"), "kks");
}

}  // namespace
}  // namespace riposte
