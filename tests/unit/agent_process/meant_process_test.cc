#include "agent/process/meant_process.h"

#include <gtest/gtest.h>

namespace riposte {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

const WallTime kRealStart = *parse_iso8601("2026-03-29T01:30:00.000Z");

ProcessIdentity started_at(WallTime time) {
  ProcessIdentity identity;
  identity.pid = 4711;
  identity.started_at = time;
  return identity;
}

TEST(MeantProcess, AStartWithinTheToleranceIsTheSameProcess) {
  const MeantProcess meant{.pid = 4711, .start = kRealStart, .not_after = kRealStart + hours(1)};
  EXPECT_FALSE(mismatch(meant, started_at(kRealStart)));
  EXPECT_FALSE(mismatch(meant, started_at(kRealStart + kStartTolerance)));
  EXPECT_FALSE(mismatch(meant, started_at(kRealStart - kStartTolerance)));
  EXPECT_TRUE(mismatch(meant, started_at(kRealStart + kStartTolerance + milliseconds(1))));
  EXPECT_TRUE(mismatch(meant, started_at(kRealStart - kStartTolerance - milliseconds(1))));
}

TEST(MeantProcess, AProcessStartedAfterTheDetectionIsAnotherOneWhateverTheOrderSays) {
  const MeantProcess with_start{.pid = 4711, .start = kRealStart, .not_after = kRealStart - hours(1)};
  const MeantProcess without_start{.pid = 4711, .start = {}, .not_after = kRealStart};
  EXPECT_TRUE(mismatch(with_start, started_at(kRealStart)));
  EXPECT_TRUE(mismatch(without_start, started_at(kRealStart + kStartTolerance + milliseconds(1))));
  EXPECT_FALSE(mismatch(without_start, started_at(kRealStart - hours(24 * 365))));
}

TEST(MeantProcess, AnOrderWithoutAnyTimeMeansNobody) {
  const MeantProcess meant{.pid = 4711, .start = {}, .not_after = {}};
  EXPECT_TRUE(mismatch(meant, started_at(kRealStart)));
}

TEST(MeantProcess, AnotherBootIsAnotherProcessWhateverItsTimes) {
  MeantProcess meant{.pid = 4711, .start = kRealStart, .not_after = kRealStart + hours(1)};
  ProcessIdentity identity = started_at(kRealStart);
  identity.boot_id = "7b2c9d0e-0000-4000-8000-000000000001";
  meant.boot_id = identity.boot_id;
  EXPECT_FALSE(mismatch(meant, identity));
  meant.boot_id = "7b2c9d0e-0000-4000-8000-000000000002";
  EXPECT_TRUE(mismatch(meant, identity));
}

}  // namespace
}  // namespace riposte
