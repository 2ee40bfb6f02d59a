#include "rules/matching/quick_set.h"

#include <gtest/gtest.h>

namespace riposte {
namespace {

TEST(AQuickSet, TakesANumberOnce) {
  QuickSet set;
  set.clear(3);
  EXPECT_FALSE(set.has(2));
  EXPECT_TRUE(set.insert(2));
  EXPECT_TRUE(set.has(2));
  EXPECT_FALSE(set.insert(2));
  EXPECT_FALSE(set.has(1));
}

TEST(AQuickSet, IsEmptyWhenClearedWhateverItsSize) {
  QuickSet set;
  set.clear(3);
  set.insert(2);
  set.clear(2);
  EXPECT_FALSE(set.has(2));
  set.insert(1);
  set.clear(8);
  for (std::uint32_t number = 0; number < 8; ++number) EXPECT_FALSE(set.has(number)) << number;
}

}  // namespace
}  // namespace riposte
