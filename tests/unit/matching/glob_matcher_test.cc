#include "rules/matching/glob_matcher.h"

#include <algorithm>
#include <array>
#include <span>

#include <gtest/gtest.h>

#include "rules/matching/fold.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

using Kind = GlobPiece::Kind;

std::size_t character_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) ++size;
  return size;
}

/// By the book: each `*` may take any number of characters.
bool matches_naively(std::span<const GlobPiece> glob, std::string_view text) {
  if (glob.empty()) return text.empty();
  const GlobPiece& piece = glob.front();
  const auto rest = glob.subspan(1);
  switch (piece.kind) {
    case Kind::text:
      return text.starts_with(piece.text) && matches_naively(rest, text.substr(piece.text.size()));
    case Kind::any_character:
      return !text.empty() && matches_naively(rest, text.substr(character_size(text)));
    case Kind::any_dash:
      for (const std::string_view dash : kDashes)
        if (text.starts_with(dash) && matches_naively(rest, text.substr(dash.size()))) return true;
      return false;
    default:
      break;
  }
  for (;; text.remove_prefix(character_size(text))) {
    if (matches_naively(rest, text)) return true;
    if (text.empty()) return false;
  }
}

std::string text_of(Seeded& random, std::size_t most) {
  constexpr std::array<std::string_view, 7> kParts{"a", "b", "ab", "-", "\u2013", "\u00df", "/"};
  std::string text;
  for (std::size_t count = random.below(most + 1); count > 0; --count) text += random.one_of(kParts);
  return text;
}

Glob glob_of(Seeded& random) {
  Glob glob;
  for (std::size_t count = random.below(7); count > 0; --count) {
    const std::array<GlobPiece, 5> pieces{{{Kind::text, text_of(random, 3) + "a"},
                                           {Kind::any_string, ""},
                                           {Kind::any_string, ""},
                                           {Kind::any_character, ""},
                                           {Kind::any_dash, ""}}};
    glob.push_back(random.one_of(pieces));
  }
  return glob;
}

std::string words_of(const Glob& glob) {
  std::string words;
  for (const GlobPiece& piece : glob)
    words += piece.kind == Kind::text            ? piece.text
             : piece.kind == Kind::any_string    ? "*"
             : piece.kind == Kind::any_character ? "?"
                                                 : "<dash>";
  return words;
}

TEST(AGlobMatcher, HoldsWhereEveryWildcardFindsItsPart) {
  Seeded random(1);
  std::size_t matched = 0;
  for (int i = 0; i < 3000; ++i) {
    const Glob glob = glob_of(random);
    const GlobMatcher matcher(glob, true);
    for (int k = 0; k < 30; ++k) {
      // Long enough for a search by blocks, at times.
      const std::string text = text_of(random, random.one_in(4) ? 60 : 8);
      const bool wanted = matches_naively(glob, text);
      ASSERT_EQ(matcher.matches(text), wanted) << "'" << words_of(glob) << "' and '" << text << "'";
      matched += wanted ? 1 : 0;
    }
  }
  EXPECT_GT(matched, 10'000U);
}

TEST(AGlobMatcher, WithADashStandsForATextWithEachOfThem) {
  Seeded random(2);
  std::size_t matched = 0;
  for (int i = 0; i < 3000; ++i) {
    Glob glob{{Kind::text, text_of(random, 2)}, {Kind::any_dash, ""}, {Kind::text, text_of(random, 2)}};
    if (random.one_in(2)) glob.insert(glob.begin(), {Kind::any_string, ""});
    if (random.one_in(2)) glob.push_back({Kind::any_string, ""});
    const GlobMatcher matcher(glob, true);
    const std::vector<LiteralPattern> literals = matcher.literals();
    ASSERT_EQ(literals.size(), kDashes.size()) << words_of(glob);
    for (int k = 0; k < 20; ++k) {
      const std::string text = text_of(random, 6);
      const bool wanted = std::ranges::any_of(literals, [&](const LiteralPattern& literal) {
        return stands_in(text, literal.kind, literal.text);
      });
      ASSERT_EQ(matcher.matches(text), wanted) << "'" << words_of(glob) << "' and '" << text << "'";
      matched += wanted ? 1 : 0;
    }
  }
  EXPECT_GT(matched, 3000U);
}

TEST(AGlobMatcher, OfMoreThanADashHasNoTextsToStandFor) {
  const GlobPiece dash{Kind::any_dash, ""};
  const GlobPiece text{Kind::text, "a"};
  const GlobPiece star{Kind::any_string, ""};
  EXPECT_TRUE(GlobMatcher({dash, text, dash}, true).literals().empty());
  EXPECT_TRUE(GlobMatcher({dash, star, text}, true).literals().empty());
  EXPECT_TRUE(GlobMatcher({dash, {Kind::any_character, ""}}, true).literals().empty());
  EXPECT_EQ(GlobMatcher({star, text}, true).literals().size(), 1U);
}

TEST(AGlobMatcher, FoldsItsTextsUnlessCaseCounts) {
  const Glob glob{{Kind::any_string, ""}, {Kind::text, "AbC"}, {Kind::any_character, ""}};
  EXPECT_TRUE(GlobMatcher(glob, false).matches("xxabcd"));
  EXPECT_FALSE(GlobMatcher(glob, true).matches("xxabcd"));
  EXPECT_TRUE(GlobMatcher(glob, true).matches("xxAbCd"));
}

TEST(AGlobMatcher, IsNotSlowedDownByTextsThatNearlyMatch) {
  Glob glob{{Kind::any_string, ""}};
  for (int i = 0; i < 20; ++i) {
    glob.push_back({Kind::text, "ab"});
    glob.push_back({Kind::any_string, ""});
  }
  glob.push_back({Kind::text, "c"});
  std::string text;
  while (text.size() < 1'000'000) text += "ab";
  EXPECT_FALSE(GlobMatcher(glob, true).matches(text))
      << "and in the blink of an eye: a search that tries all ways never ends";
}

}  // namespace
}  // namespace riposte
