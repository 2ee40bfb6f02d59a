// Exactly once on one machine: the real engine, fed by a real broker, killed again and again at every named
// point and at random moments, and compared after every kill and at the end with an account of its own.
//
//   RIPOSTE_CRASH_SEED=n    the run of that seed
//   RIPOSTE_CRASH_KILLS=n   how many kills, at least (60)

#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <sodium.h>

#include "tests/crash/campaign.h"
#include "tests/support/broker_test.h"

namespace riposte::test {
namespace {

constexpr std::uint64_t kKillsDefault = 60;

/// Points that this scenario cannot reach, and why.
const std::map<std::string, std::string> kUnreachable{};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no test sets a variable
  return text == nullptr ? otherwise : std::stoull(text);
}

class Crash : public BrokerTest {};

TEST_F(Crash, LosesNothingAndRunsNothingTwiceWhereverTheEngineIsKilled) {
  ASSERT_GE(sodium_init(), 0);
  const std::uint64_t seed = from_environment("RIPOSTE_CRASH_SEED", std::random_device{}());
  const auto kills = static_cast<int>(from_environment("RIPOSTE_CRASH_KILLS", kKillsDefault));
  std::cout << "crash test: seed " << seed << '\n';
  std::vector<std::string> points = crash_points_in_the_code();
  std::erase_if(points, [](const std::string& point) { return kUnreachable.contains(point); });
  ASSERT_FALSE(points.empty());

  Campaign campaign(broker().bootstrap(), seed);
  for (const PlannedKill& kill : campaign.plan(points, kills))
    if (!campaign.carry_out(kill)) return;
  for (const std::string& point : points)
    EXPECT_GE(campaign.deaths_at(point), 1) << point << " was never reached";
  campaign.finish();
  std::cout << campaign.summary() << '\n';
}

}  // namespace
}  // namespace riposte::test
