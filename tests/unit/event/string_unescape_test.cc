#include "rules/event/string_unescape.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "rules/event/unescape_blocks.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

constexpr std::size_t kUnescapeRoom = 128;

/// A string without its quotes, as simdjson reads it; empty when it refuses it.
std::optional<std::string> by_simdjson(const std::string& text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded("[\"" + text + "\"]");
  std::string_view value;
  if (parser.parse(padded).at(0).get(value) != simdjson::SUCCESS) return {};
  return std::string(value);
}

enum class How { as_it_comes, one_by_one, by_blocks };

struct Unescaped {
  std::optional<std::string> text;
  std::string behind;      ///< what stands behind the string afterwards
  std::uint32_t next = 0;  ///< escape
};

/// The string with `before` in front of it and `behind` behind.
Unescaped unescaped(How how, const std::string& before, const std::string& text, const std::string& behind) {
  const std::string record = before + text + behind;
  std::vector<char> copy(record.size() + kUnescapeRoom);
  EscapePlaces places;
  places.reserve(record.size());
  places.copy(record, copy.data());
  const StringPlace place{static_cast<std::uint32_t>(before.size()),
                          static_cast<std::uint32_t>(before.size() + text.size())};
  EscapeCursor escapes = places.cursor();
  escapes.pass(place.begin);
  std::int64_t size = 0;
  switch (how) {
    case How::as_it_comes:
      size = unescape(record, copy.data(), place, escapes);
      break;
    case How::one_by_one:
      size = unescape_one_by_one(record, copy.data(), place, escapes);
      break;
    case How::by_blocks:
      size = unescape_blocks(record.data(), copy.data() + place.begin, place, escapes);
  }
  Unescaped result;
  if (size >= 0) result.text = std::string(copy.data() + place.begin, static_cast<std::size_t>(size));
  result.behind = std::string(copy.data() + place.end, behind.size());
  result.next = escapes.next();
  EXPECT_EQ(std::string(copy.data(), before.size()), before);
  return result;
}

std::string random_string(Seeded& random, bool with_bad_ones) {
  constexpr std::array<std::string_view, 14> kParts{R"(\\)",     R"(\n)",
                                                    R"(\r)",     R"(\t)",
                                                    R"(\")",     R"(\/)",
                                                    R"(\b\f)",   "C:",
                                                    "abcdef",    "x",
                                                    "\xC3\xA9",  "a long text of 30 bytes or so.",
                                                    R"(\u00e9)", R"(\ud83d\ude00)"};
  constexpr std::array<std::string_view, 7> kBad{R"(\x)",      R"(\u12)",        R"(\ud800)", R"(\udc00x)",
                                                 "\\\xC3\xA9", "\\\xE2\x82\xAC", R"(\0)"};
  std::string text;
  const std::size_t kinds = random.one_in(2) ? kParts.size() : kParts.size() - 2;
  for (std::size_t parts = random.below(20); parts > 0; --parts) text += kParts[random.below(kinds)];
  if (with_bad_ones && random.one_in(2)) text.insert(random.one_in(2) ? text.size() : 0, random.one_of(kBad));
  return text;
}

TEST(Unescaping, ReadsAsSimdjsonAndLeavesWhatIsAround) {
  Seeded random(3);
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = random_string(random, true);
    const std::string before = random.text("abc", random.below(100));
    const std::string behind = "\"" + random.text("abc", random.below(40));
    const auto expected = by_simdjson(text);
    refused += expected ? 0 : 1;
    for (const How how : {How::as_it_comes, How::one_by_one}) {
      const Unescaped found = unescaped(how, before, text, behind);
      ASSERT_EQ(found.text, expected) << text;
      ASSERT_EQ(found.behind, behind) << text;
      ASSERT_TRUE(!expected || found.next >= before.size() + text.size()) << text;
    }
  }
  EXPECT_GT(refused, 500);
}

TEST(UnescapingByBlocks, LeavesToOthersWhatIsNotALetter) {
  if (!can_unescape_blocks()) GTEST_SKIP() << "needs AVX-512 VBMI2";
  Seeded random(4);
  int done = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string text = random_string(random, true);
    const std::string behind = "\"" + random.text("abc", random.below(40));
    const Unescaped found = unescaped(How::by_blocks, random.text("abc", random.below(100)), text, behind);
    ASSERT_EQ(found.behind, behind) << text;
    if (!found.text) continue;
    ++done;
    ASSERT_EQ(found.text, by_simdjson(text)) << text;
  }
  EXPECT_GT(done, 1000);
}

TEST(Unescaping, KnowsEveryLetterAndNoOther) {
  for (int c = 0x20; c < 0x80; ++c) {
    if (c == 'u') continue;
    const std::string text = std::string("ab\\") + static_cast<char>(c) + "cd";
    const auto expected = by_simdjson(text);
    EXPECT_EQ(unescaped(How::as_it_comes, "", text, "\"").text, expected) << text;
    EXPECT_EQ(unescaped(How::one_by_one, "", text, "\"").text, expected) << text;
    EXPECT_EQ(unescaped(How::one_by_one, "", text, std::string(50, '"')).text, expected) << text;
  }
}

TEST(Unescaping, KnowsEveryCodePoint) {
  for (unsigned unit = 0; unit < 0x10000; unit += unit < 0xD700 || unit > 0xE100 ? 37 : 1)
    for (const std::string_view behind : {"", "\\udc00", "\\ud800", "x"}) {
      const std::string text = fmt::format("\\u{:04x}{}", unit, behind);
      ASSERT_EQ(unescaped(How::as_it_comes, "", text, "\"").text, by_simdjson(text)) << text;
    }
}

}  // namespace
}  // namespace riposte
