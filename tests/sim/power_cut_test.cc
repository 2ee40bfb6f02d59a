#include <random>

#include <gtest/gtest.h>

#include "tests/sim/world.h"
#include "tests/support/action_builder.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;

const char* const kRule = R"(
title: Miner
id: miner
level: high
detection:
  selection:
    process.name: xmrig
  condition: selection
response:
  - action: resume_process
  - action: kill_process
)";

constexpr int kSeeds = RIPOSTE_SIM_WORLDS;

/// What a world with this seed must contain in the end, whatever happened to it on the way.
struct Expected {
  std::set<std::string> uids;  ///< of matching detections
  std::size_t dead_letters = 0;
};

/// Feeds, cuts the power, repeats and lets time pass at random.
class Ordeal {
 public:
  explicit Ordeal(unsigned seed) : random_(seed), world_({kRule}, {}, kNoon) {}

  void run() {
    for (int round = 0; round < 30; ++round) {
      feed_something();
      const auto cut = static_cast<PowerCut>(pick(8) < 5 ? 0 : 1 + pick(4));
      if (!world_.turn(cut)) world_.restart();
      if (pick(4) == 0) world_.advance(std::chrono::seconds(pick(100)));
      if (pick(20) == 0) world_.advance(std::chrono::minutes(20));  // a clock that jumps
    }
    world_.settle();
    world_.advance(61s);
    world_.settle();
  }

  void judge() {
    std::map<std::string, int> actions;
    for (const Action& action : world_.actions()) {
      ++actions[action.cause.event_uid];
      EXPECT_TRUE(is_closed(action)) << name_of(action.state);
      const bool ran = world_.effects.contains(action.id);
      if (action.state == State::completed) {
        EXPECT_TRUE(ran);
      } else {
        // The only honest way not to run: it waited in the queue past its deadline while the clock jumped.
        EXPECT_EQ(action.reason, Reason::pickup_deadline_passed);
        EXPECT_FALSE(ran);
      }
    }
    for (const std::string& uid : expected_.uids)
      EXPECT_EQ(actions[uid], 2) << "one action per template: " << uid;
    EXPECT_EQ(actions.size(), expected_.uids.size());
    for (const auto& [id, times] : world_.effects) EXPECT_EQ(times, 1) << id.value();
    EXPECT_TRUE(world_.unrecorded.empty());
    EXPECT_EQ(world_.records().dead_letters(1000)->size(), expected_.dead_letters);
    const auto audit = world_.audit();
    for (std::size_t i = 0; i < audit.size(); ++i) EXPECT_EQ(audit[i].sequence, i + 1);
  }

 private:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  void feed_something() {
    const std::string uid = "uid-" + std::to_string(pick(12));
    switch (pick(6)) {
      case 0:
        world_.feed("no json");
        ++expected_.dead_letters;
        break;
      case 1:
        world_.feed(alert("other", 5, "high", "sshd"));
        break;
      default:
        // The same uid again is the same detection again: a duplicate.
        world_.feed(alert(uid, 4711));
        expected_.uids.insert(uid);
    }
  }

  std::mt19937 random_;
  World world_;
  Expected expected_;
};

TEST(PowerCuts, AtAnyPointLoseNothingRepeatNothingAndActOnNothingUnrecorded) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Ordeal ordeal(seed);
    ordeal.run();
    ordeal.judge();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace riposte::test
