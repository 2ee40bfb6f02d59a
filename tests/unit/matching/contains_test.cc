#include "rules/matching/contains.h"

#include <memory>

#include <gtest/gtest.h>

#include "tests/support/seeded.h"

namespace riposte {
namespace {

/// Texts that end where their memory ends.
std::size_t find_exactly(const std::string& text, const std::string& wanted, std::size_t at) {
  const auto bytes = std::make_unique<char[]>(text.size());
  std::ranges::copy(text, bytes.get());
  return find_text({bytes.get(), text.size()}, wanted, at);
}

bool contains_exactly(const std::string& text, const std::string& wanted) {
  return find_exactly(text, wanted, 0) != std::string::npos;
}

TEST(ATextContains, WhatFindFinds) {
  constexpr int kRounds = 100'000;
  Seeded random(1);
  int found = 0;
  for (int i = 0; i < kRounds; ++i) {
    const std::string_view letters = random.one_in(2) ? "ab" : std::string_view("a\0\xFF", 3);
    const std::string text = random.text(letters, random.below(80));
    std::string wanted = random.text(letters, random.below(12));
    if (random.one_in(3)) wanted = text.substr(random.below(text.size() + 1), random.below(text.size() + 1));
    const bool stands = text.find(wanted) != std::string::npos;
    ASSERT_EQ(contains_exactly(text, wanted), stands) << text << " / " << wanted;
    const std::size_t from = random.below(text.size() + 2);
    ASSERT_EQ(find_exactly(text, wanted, from), text.find(wanted, from)) << text << " / " << wanted << from;
    found += stands ? 1 : 0;
  }
  EXPECT_GT(found, kRounds / 4);
  EXPECT_LT(found, kRounds * 3 / 4);
}

TEST(ATextContains, ItselfAndTheEmptyTextAndNothingLonger) {
  EXPECT_TRUE(contains("", ""));
  EXPECT_TRUE(contains("abc", ""));
  EXPECT_TRUE(contains("abc", "abc"));
  EXPECT_FALSE(contains("abc", "abcd"));
  EXPECT_FALSE(contains("", "a"));
}

TEST(ATextContains, AWantedTextAtEveryPlace) {
  for (std::size_t length = 1; length < 40; ++length)
    for (std::size_t before = 0; before < 40; ++before)
      for (std::size_t after = 0; after < 20; ++after) {
        const std::string wanted = std::string(length - 1, 'a') + 'b';
        const std::string around = std::string(before, 'a') + wanted;
        ASSERT_TRUE(contains_exactly(around + std::string(after, 'a'), wanted)) << length << " " << before;
        ASSERT_FALSE(contains_exactly(around.substr(0, around.size() - 1) + std::string(after, 'a'), wanted));
      }
}

/// Quadratic, this would take minutes.
TEST(ATextContains, WhatStandsBehindAMillionBeginningsOfIt) {
  const std::string text(std::size_t{1} << 20, 'a');
  for (const std::size_t half : {1UZ, 10UZ, 1000UZ, 100'000UZ}) {
    const std::string wanted = std::string(half, 'a') + "b" + std::string(half, 'a');
    EXPECT_FALSE(contains_exactly(text, wanted)) << half;
    EXPECT_TRUE(contains_exactly(text + wanted, wanted)) << half;
    EXPECT_TRUE(contains_exactly(text, std::string(half, 'a'))) << half;
    EXPECT_FALSE(contains_exactly(text, std::string(half, 'a') + "b")) << half;
  }
}

}  // namespace
}  // namespace riposte
