#include "rules/matching/glob_matcher.h"

#include <array>

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
