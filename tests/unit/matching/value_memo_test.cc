#include "rules/matching/value_memo.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seeded.h"

namespace riposte {
namespace {

constexpr std::uint64_t kHash = 4711;
constexpr std::uint32_t kField = 3;
constexpr std::uint32_t kWays = 0b0110;
constexpr std::string_view kKept = "C:\\Windows\\System32\\cmd.exe";

class ValueMemoTest : public ::testing::Test {
 protected:
  void keep(std::string_view text, std::vector<std::uint32_t> hits) {
    memo_.keep(kHash, kField, kWays, text, hits);
  }

  std::vector<std::uint32_t> hits_of(const ValueMemo::Entry* entry) const {
    return {entry->literals.begin(), entry->literals.begin() + entry->hits};
  }

  ValueMemo memo_;
};

TEST_F(ValueMemoTest, KnowsWhatWasFound) {
  EXPECT_EQ(memo_.find(kHash, kField, kWays, kKept), nullptr);
  keep(kKept, {5, 6});
  const ValueMemo::Entry* known = memo_.find(kHash, kField, kWays, kKept);
  ASSERT_NE(known, nullptr);
  EXPECT_THAT(hits_of(known), ::testing::ElementsAre(5U, 6U));
}

TEST_F(ValueMemoTest, KnowsThatNothingWasFound) {
  keep(kKept, {});
  const ValueMemo::Entry* known = memo_.find(kHash, kField, kWays, kKept);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->hits, 0U);
}

TEST_F(ValueMemoTest, TakesNoOtherTextForItThatHasTheSameHash) {
  keep(kKept, {5});
  std::string other(kKept);
  other.back() = 'x';
  EXPECT_EQ(memo_.find(kHash, kField, kWays, other), nullptr);
  EXPECT_EQ(memo_.find(kHash, kField, kWays, kKept.substr(1)), nullptr);
  EXPECT_EQ(memo_.find(kHash, kField, kWays, std::string(kKept) + "x"), nullptr);
  EXPECT_EQ(memo_.find(kHash + 1, kField, kWays, kKept), nullptr);
  EXPECT_EQ(memo_.find(kHash, kField + 1, kWays, kKept), nullptr) << "another field's value";
}

TEST_F(ValueMemoTest, AnswersOnlyForWaysThatWereSearched) {
  keep(kKept, {5});
  EXPECT_NE(memo_.find(kHash, kField, 0b0010, kKept), nullptr);
  EXPECT_EQ(memo_.find(kHash, kField, 0b0001, kKept), nullptr);
  EXPECT_EQ(memo_.find(kHash, kField, 0b1110, kKept), nullptr);
}

TEST_F(ValueMemoTest, DoesNotKeepValuesInWhichMuchIsFound) {
  keep(kKept, std::vector<std::uint32_t>(ValueMemo::kHitsMax, 1));
  EXPECT_NE(memo_.find(kHash, kField, kWays, kKept), nullptr);
  memo_.clear();
  keep(kKept, std::vector<std::uint32_t>(ValueMemo::kHitsMax + 1, 1));
  EXPECT_EQ(memo_.find(kHash, kField, kWays, kKept), nullptr);
}

TEST_F(ValueMemoTest, ForgetsEverythingWhenItIsCleared) {
  keep(kKept, {5});
  memo_.clear();
  EXPECT_EQ(memo_.find(kHash, kField, kWays, kKept), nullptr);
  keep(kKept, {6});
  EXPECT_NE(memo_.find(kHash, kField, kWays, kKept), nullptr);
}

TEST_F(ValueMemoTest, ForgetsAValueWhenManyOthersHaveComeSince) {
  constexpr std::uint64_t kOthers = 2000;  // of the longest: more bytes than are kept
  keep(kKept, {5});
  const std::string other(ValueMemo::kTextMax, 'x');
  bool is_forgotten = false;
  for (std::uint64_t i = 1; i <= kOthers; ++i) {
    memo_.keep(kHash + i, kField, kWays, other, {});
    ASSERT_NE(memo_.find(kHash + i, kField, kWays, other), nullptr);
    const bool is_known = memo_.find(kHash, kField, kWays, kKept) != nullptr;
    ASSERT_FALSE(is_forgotten && is_known) << "it comes back";
    ASSERT_TRUE(is_known || i > kOthers / 4);
    is_forgotten = !is_known;
  }
  EXPECT_TRUE(is_forgotten);
}

TEST_F(ValueMemoTest, SaysNothingWrongOfRandomValuesInManyRounds) {
  struct Kept {
    std::string text;
    std::uint32_t hit;
  };
  constexpr std::size_t kValues = 6000;  // three times as many bytes as are kept
  constexpr std::size_t kRecent = 200;   // surely kept
  Seeded random(1);
  std::vector<Kept> all;
  while (all.size() < kValues) {
    const auto number = static_cast<std::uint32_t>(all.size());
    const std::string text = random.text("ab", random.between(ValueMemo::kTextMin, 32)) +
                             std::string(random.below(ValueMemo::kTextMax - 32), 'c');
    memo_.keep(number, kField, kWays, text, std::array{number});
    all.push_back({text, number});
    for (int asked = 0; asked < 5; ++asked) {
      const std::size_t which = random.below(all.size());
      const ValueMemo::Entry* known = memo_.find(which, kField, kWays, all[which].text);
      ASSERT_TRUE(known != nullptr || which + kRecent < all.size()) << which << " of " << all.size();
      ASSERT_TRUE(known == nullptr || hits_of(known) == std::vector{all[which].hit}) << which;
    }
  }
  EXPECT_EQ(memo_.find(0, kField, kWays, all[0].text), nullptr);
}

TEST(AValueMemo, TakesTextsOfOrdinaryLength) {
  EXPECT_FALSE(ValueMemo::takes(std::string(ValueMemo::kTextMin - 1, 'x')));
  EXPECT_TRUE(ValueMemo::takes(std::string(ValueMemo::kTextMin, 'x')));
  EXPECT_TRUE(ValueMemo::takes(std::string(ValueMemo::kTextMax, 'x')));
  EXPECT_FALSE(ValueMemo::takes(std::string(ValueMemo::kTextMax + 1, 'x')));
}

}  // namespace
}  // namespace riposte
