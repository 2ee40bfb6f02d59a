#include "rules/event/escape_places.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/seeded.h"

namespace riposte {
namespace {

/// Room behind a record for whole blocks.
constexpr std::size_t kRoom = 128;

/// Looked at byte by byte.
std::vector<std::uint32_t> naive_escapes(const std::string& text) {
  std::vector<std::uint32_t> places;
  for (std::uint32_t at = 0; at < text.size(); ++at)
    if (text[at] == '\\') places.push_back(at++);
  return places;
}

std::vector<std::uint32_t> rest_of(EscapeCursor cursor, std::size_t size) {
  std::vector<std::uint32_t> places;
  for (; cursor.next() < size; cursor.advance()) places.push_back(cursor.next());
  return places;
}

TEST(EscapePlaces, AreEveryOtherBackslashOfARow) {
  Seeded random(1);
  EscapePlaces places;
  places.reserve(1024);
  for (int i = 0; i < 5000; ++i) {
    const std::string text =
        random.text(random.one_in(2) ? "\\\\\\a" : "\\abcdefghijklmnop", random.below(300));
    std::vector<char> copy(text.size() + kRoom, 'x');
    places.copy(text, copy.data());
    ASSERT_EQ(std::string(copy.data()), text);
    const std::vector<std::uint32_t> expected = naive_escapes(text);
    ASSERT_EQ(rest_of(places.cursor(), text.size()), expected) << text;
    EscapeCursor cursor = places.cursor();
    const auto from = static_cast<std::uint32_t>(random.below(text.size() + 1));
    cursor.pass(from);
    const auto first = std::ranges::lower_bound(expected, from);
    ASSERT_EQ(rest_of(cursor, text.size()), std::vector<std::uint32_t>(first, expected.end())) << text;
  }
}

TEST(EscapePlaces, AreGivenAsBitsFromAnyPlace) {
  Seeded random(2);
  EscapePlaces places;
  places.reserve(1024);
  const std::string text = random.text("\\\\abc", 300);
  std::vector<char> copy(text.size() + kRoom);
  places.copy(text, copy.data());
  for (std::uint32_t from = 0; from < text.size(); ++from) {
    std::uint64_t expected = 0;
    for (const std::uint32_t place : naive_escapes(text))
      if (place >= from && place < from + 64) expected |= std::uint64_t{1} << (place - from);
    const std::size_t left = text.size() - from;
    const std::uint64_t inside = left < 64 ? (std::uint64_t{1} << left) - 1 : ~std::uint64_t{0};
    EXPECT_EQ(places.cursor().bits_from(from) & inside, expected) << from;
  }
}

TEST(EscapePlaces, ForgetTheRecordBefore) {
  EscapePlaces places;
  places.reserve(256);
  std::vector<char> copy(256 + kRoom);
  places.copy(std::string(200, '\\'), copy.data());
  places.copy("abc", copy.data());
  EXPECT_GE(places.cursor().next(), 3U);
  EXPECT_EQ(copy[3], '\0');
}

}  // namespace
}  // namespace riposte
