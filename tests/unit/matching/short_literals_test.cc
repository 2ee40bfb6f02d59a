#include "rules/matching/short_literals.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded.h"

namespace riposte {
namespace {

constexpr std::size_t kTextMax = 100;  ///< three blocks and what is left over

std::uint32_t gram_at(std::string_view text, std::size_t at) {
  std::uint32_t gram = 0;
  std::memcpy(&gram, text.data() + at, sizeof gram);
  return gram;
}

class ShortLiteralsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!ShortLiterals::is_available()) GTEST_SKIP() << "this processor has no AVX2";
  }

  std::vector<std::uint32_t> some_grams(std::size_t count) {
    std::vector<std::uint32_t> grams;
    while (grams.size() < count) grams.push_back(gram_at(random_.text(kLetters, ShortLiterals::kGram), 0));
    return grams;
  }

  /// With nothing behind it that could be read.
  std::string_view exact(const std::string& text) {
    bytes_ = std::make_unique<char[]>(text.size());
    std::ranges::copy(text, bytes_.get());
    return {bytes_.get(), text.size()};
  }

  static constexpr std::string_view kLetters{"abQ\x01\x81\xFF/0", 8};
  Seeded random_{1};
  std::unique_ptr<char[]> bytes_;
};

TEST_F(ShortLiteralsTest, FindEveryPlaceOfEveryGramInTextsOfAnyLength) {
  std::size_t places = 0;
  for (const std::size_t count : {std::size_t{1}, std::size_t{8}, std::size_t{9}, ShortLiterals::kGramsMax})
    for (std::size_t length = 0; length <= kTextMax; ++length)
      for (int round = 0; round < 5; ++round) {
        const std::vector<std::uint32_t> grams = some_grams(count);
        std::string text = random_.text(kLetters, length);
        if (length >= ShortLiterals::kGram)
          std::memcpy(text.data() + random_.below(length - 3), &random_.one_of(grams), ShortLiterals::kGram);
        std::vector<std::uint32_t> found{7, 7};
        ShortLiterals(grams).find(exact(text), found);
        ASSERT_TRUE(std::ranges::is_sorted(found));
        ASSERT_EQ(std::ranges::adjacent_find(found), found.end());
        ASSERT_TRUE(found.empty() || found.back() + ShortLiterals::kGram <= length);
        for (std::size_t at = 0; at + ShortLiterals::kGram <= length; ++at) {
          if (std::ranges::find(grams, gram_at(text, at)) == grams.end()) continue;
          ASSERT_TRUE(std::ranges::binary_search(found, at)) << at << " of " << length;
          ++places;
        }
      }
  EXPECT_GT(places, 2000U);
}

TEST_F(ShortLiteralsTest, FindTheSameByBlocksAndByBytes) {
  for (int round = 0; round < 200; ++round) {
    const ShortLiterals literals(some_grams(random_.between(1, ShortLiterals::kGramsMax)));
    const std::string text = random_.text(kLetters, kTextMax);
    std::vector<std::uint32_t> whole;
    literals.find(text, whole);
    for (std::size_t at = 0; at + ShortLiterals::kGram <= text.size(); ++at) {
      std::vector<std::uint32_t> alone;
      literals.find(std::string_view(text).substr(at, ShortLiterals::kGram), alone);
      ASSERT_EQ(std::ranges::binary_search(whole, at), !alone.empty()) << at;
    }
  }
}

TEST_F(ShortLiteralsTest, FindNothingElseThanASingleGram) {
  for (int round = 0; round < 200; ++round) {
    const std::vector<std::uint32_t> grams = some_grams(1);
    const std::string text = random_.text("abQ", kTextMax);
    std::vector<std::uint32_t> found;
    ShortLiterals(grams).find(text, found);
    for (const std::uint32_t at : found) ASSERT_EQ(gram_at(text, at), grams[0]) << at;
  }
}

TEST_F(ShortLiteralsTest, LetLittleOfOrdinaryTextThrough) {
  std::vector<std::uint32_t> grams;
  while (grams.size() < ShortLiterals::kGramsMax)
    grams.push_back(gram_at(random_.text("abcdefghijklmnopqrstuvwxyz", ShortLiterals::kGram), 0));
  const std::string text = random_.text(R"(abcdefghijklmnopqrstuvwxyz0123456789 .:\-)", 10'000);
  std::vector<std::uint32_t> found;
  ShortLiterals(grams).find(text, found);
  EXPECT_LT(found.size(), text.size() / 10);
}

}  // namespace
}  // namespace riposte
