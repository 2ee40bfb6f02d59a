#include <chrono>

#include <gtest/gtest.h>

#include "agent/hands/task.h"
#include "tests/host/deeds/filter_scene.h"
#include "tests/support/lab_namespaces.h"

namespace riposte::agent {
namespace {

using order::Finding;

/// As many as a host holds at all. Each of the times is one that a child of the privileged program has.
class ManyBlocks : public FilterScene {
 protected:
  ManyBlocks() {
    for (std::size_t i = 1; i < kHoldingsMax; ++i) scene_.assume_done(block(static_cast<int>(i), whom(i)));
    victim_.output_of({"ip", "route", "del", "default"});
    victim_.output_of({"ip", "-6", "route", "del", "default"});
  }
  /// 100.64.0.0/10 and 2001:db8::/32 in turn.
  static std::string whom(std::size_t i) {
    const std::string low = std::to_string(i % 250 + 1), high = std::to_string(i / 250 % 250);
    return i % 2 == 0 ? "100.64." + high + "." + low : "2001:db8:" + high + "::" + low;
  }
  std::size_t in_force() const {
    std::size_t count = 0;
    const std::string listing = victim_.output_of({"nft", "list", "table", "inet", "riposte_block"});
    for (std::size_t at = listing.find(" expires "); at != std::string::npos;
         at = listing.find(" expires ", at + 1))
      ++count;
    return count;
  }
};

class Stopwatch {
 public:
  Duration time() const {
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - since_);
  }

 private:
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

TEST_F(ManyBlocks, AreLaidDownMendedChangedAndProvenWithinTheDeadlines) {
  if (!test::lab_is_of_root())
    GTEST_SKIP() << "all blocks go to the kernel in one message, and it takes so long a one from the "
                    "machine's root alone";
  const Stopwatch laying;
  EXPECT_EQ(scene_.mended(), 1);
  EXPECT_LT(laying.time(), kFilterDeadline);
  EXPECT_EQ(in_force(), kHoldingsMax - 1);

  const Stopwatch finding_nothing;
  EXPECT_EQ(scene_.mended(), 0);
  EXPECT_LT(finding_nothing.time(), kFilterDeadline);

  const auto last = block(static_cast<int>(kHoldingsMax), lan_.v4(attacker_));
  const Stopwatch blocking;
  const auto result = scene_.carry_out(last);
  EXPECT_LT(blocking.time(), kFilterDeadline);
  EXPECT_EQ(result.word, ResultWord::ok) << result.detail;
  EXPECT_EQ(in_force(), kHoldingsMax);

  const Stopwatch proving;
  const Verified verified = scene_.verified(last);
  EXPECT_LT(proving.time(), kLookDeadline);
  EXPECT_EQ(verified.finding, Finding::proven) << verified.result.detail;

  nft("delete table inet riposte_block");
  const Stopwatch mending;
  EXPECT_EQ(scene_.mended(), 1);
  EXPECT_LT(mending.time(), kFilterDeadline);
  EXPECT_EQ(in_force(), kHoldingsMax);

  std::vector<ActionId> all;
  for (const auto& [action, hold] : scene_.ledger.holdings().all()) all.push_back(action);
  const Stopwatch ending;
  EXPECT_EQ(scene_.taken_back(all).word, ResultWord::ok);
  EXPECT_LT(ending.time(), kFilterDeadline);
  EXPECT_EQ(ruleset(), "");
}

}  // namespace
}  // namespace riposte::agent
