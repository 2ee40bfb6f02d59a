#include <gtest/gtest.h>

#include "tests/sim/fleet_world.h"
#include "tests/support/action_builder.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

class Fleet : public testing::Test {
 protected:
  ActionId order(const std::string& host, int number, Duration pickup_deadline = 24h) {
    const ActionRequest request = order_for(host, number, pickup_deadline);
    world_.propose(request);
    return request.id;
  }
  /// Until nothing is under way any more.
  void settle() {
    for (int turns = 0; turns < 200; ++turns) {
      world_.turn();
      while (world_.fleet.under_way() > 0) world_.fleet.deliver();
    }
  }
  State state(const ActionId& id) { return world_.action(id).state; }

  FleetWorld world_{kNoon};
};

TEST_F(Fleet, DelaysNoOtherHostByABurstOnOneThatIsAway) {
  world_.fleet.hosts["absent"];
  world_.fleet.connect("present");
  for (int i = 0; i < 2000; ++i) order("absent", i);
  const ActionId other = order("present", 1);
  for (int turns = 0; turns < 10; ++turns) world_.turn();
  EXPECT_EQ(state(other), State::executing);
  EXPECT_EQ(world_.partition().parked_count(), 2000U);
  EXPECT_EQ(world_.partition().away_count(), 2000U);
  EXPECT_FALSE(world_.partition().waiting()) << "nobody looks at them again and again";
}

TEST_F(Fleet, DelaysNoOtherHostByABurstOnOneThatDoesNotAnswer) {
  world_.fleet.connect("slow");
  world_.fleet.connect("quick");
  for (int i = 0; i < 1000; ++i) order("slow", i);
  const ActionId other = order("quick", 1);
  for (int turns = 0; turns < 10; ++turns) world_.turn();
  EXPECT_EQ(state(other), State::executing);
  EXPECT_EQ(world_.fleet.most_under_way, RemoteTrack::kPerHost + 1);
  EXPECT_GT(world_.partition().parked_count(), 0U);
  EXPECT_EQ(world_.partition().away_count(), 0U) << "it is there, and has enough to do";
  settle();
  EXPECT_EQ(world_.fleet.hosts["slow"].effects.size(), 1000U);
}

TEST_F(Fleet, GivesWhatWaitedInItsOldOrderWhenTheHostComes) {
  world_.fleet.hosts["web01"];
  std::vector<ActionId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(order("web01", i));
  world_.turn();
  EXPECT_EQ(state(ids.front()), State::queued);
  world_.fleet.connect("web01");
  world_.turn();
  for (const ActionId& id : ids) EXPECT_EQ(state(id), State::executing);
  settle();
  for (const ActionId& id : ids) EXPECT_EQ(world_.fleet.hosts["web01"].effects[id], 1);
}

TEST_F(Fleet, LetsNoOrderOvertakeAnEarlierOneOnTheSameTargetThatWaitsForItsHost) {
  world_.fleet.hosts["web01"];
  ActionRequest block = order_for("web01", 1, 24h);
  world_.propose(block);
  world_.turn();
  // It is there, and the partition does not know it yet.
  world_.fleet.hosts["web01"].connected = true;
  ActionRequest unblock = order_for("web01", 1, 24h);
  unblock.type = ActionType::unblock_ip;
  unblock.id = ActionId("unblock");
  world_.propose(unblock);
  world_.turn();
  EXPECT_EQ(world_.action(unblock.id).state, State::queued);
  world_.fleet.connect("web01");
  world_.turn();
  EXPECT_EQ(state(block.id), State::executing);
  EXPECT_EQ(state(unblock.id), State::queued);
  world_.fleet.deliver();
  world_.turn();
  EXPECT_EQ(state(unblock.id), State::executing);
}

TEST_F(Fleet, ContainsNothingThatWasReleasedWhileTheHostWasAway) {
  world_.fleet.hosts["web01"];
  ActionRequest isolation = order_for("web01", 1, 168h);
  isolation.type = ActionType::isolate_host;
  isolation.target = "host";
  ActionRequest repeated = isolation;
  repeated.id = ActionId("repeated");
  world_.propose(isolation);
  world_.propose(repeated);
  const ActionId block = order("web01", 2);
  world_.turn();
  ASSERT_EQ(world_.partition().parked_count(), 3U);
  ActionRequest release = isolation;
  release.type = ActionType::unisolate_host;
  release.id = ActionId("release");
  release.submitter = {Actor::Kind::person, "alice"};
  world_.propose(release);
  world_.turn();
  for (const ActionId& id : {isolation.id, repeated.id}) {
    EXPECT_EQ(state(id), State::cancelled);
    EXPECT_EQ(world_.action(id).reason, Reason::superseded);
  }
  world_.restart();
  world_.fleet.connect("web01");
  settle();
  auto& effects = world_.fleet.hosts["web01"].effects;
  EXPECT_EQ(effects[isolation.id] + effects[repeated.id], 0);
  EXPECT_EQ(effects[release.id], 1);
  EXPECT_EQ(effects[block], 1) << "a block is no isolation";
}

TEST_F(Fleet, FailsWithTheNameOfTheHostWhenItDoesNotComeInTime) {
  world_.fleet.hosts["web01"];
  const ActionId id = order("web01", 1, 1h);
  world_.turn();
  world_.advance(1h);
  world_.turn();
  const Action failed = world_.action(id);
  EXPECT_EQ(failed.state, State::failed);
  EXPECT_EQ(failed.reason, Reason::agent_offline);
  EXPECT_EQ(failed.detail, "host web01 is away; its pickup deadline of 1h has passed");
  EXPECT_EQ(world_.partition().parked_count(), 0U);
  world_.fleet.connect("web01");
  settle();
  EXPECT_TRUE(world_.fleet.hosts["web01"].effects.empty());
}

TEST_F(Fleet, ProbesWhatMayHaveLeftBeforeItIsGivenAgain) {
  world_.fleet.connect("web01");
  const ActionId id = order("web01", 1);
  world_.turn();
  world_.fleet.cut("web01");
  world_.turn();
  EXPECT_EQ(state(id), State::executing);
  EXPECT_EQ(world_.partition().parked_count(), 1U);
  world_.fleet.connect("web01");
  settle();
  EXPECT_EQ(world_.fleet.hosts["web01"].effects[id], 1);
  EXPECT_EQ(world_.action(id).attempt, 2U);
  EXPECT_TRUE(world_.fleet.unprobed.empty());
}

TEST_F(Fleet, ShowsAfterFifteenMinutesThatAnOrderUnderWayIsInDoubt) {
  world_.fleet.connect("web01");
  const ActionId id = order("web01", 1);
  world_.turn();
  world_.fleet.cut("web01");
  world_.turn();
  world_.advance(kExecutionDeadline);
  world_.turn();
  world_.turn();
  EXPECT_TRUE(world_.action(id).in_doubt);
  world_.fleet.connect("web01");
  settle();
  EXPECT_EQ(state(id), State::completed);
  EXPECT_EQ(world_.fleet.hosts["web01"].effects[id], 1);
}

TEST_F(Fleet, WaitsADayForAProofFromAHostThatIsAwayAndNoLonger) {
  world_.fleet.connect("web01");
  const ActionId id = order("web01", 1);
  settle();
  world_.fleet.cut("web01");
  world_.advance(60s);
  for (int turns = 0; turns < 5; ++turns) world_.turn();
  EXPECT_EQ(world_.action(id).verification, Verification::pending);
  EXPECT_EQ(world_.action(id).checks, 0U) << "nobody was asked, so nothing was tried";
  EXPECT_FALSE(world_.partition().waiting());
  world_.advance(PartitionState::kProofWaitMax);
  world_.turn();
  EXPECT_EQ(world_.action(id).reason, Reason::verification_failed);
  EXPECT_EQ(world_.partition().parked_count(), 0U);
}

TEST_F(Fleet, ProvesWhenTheHostComesBack) {
  world_.fleet.connect("web01");
  const ActionId id = order("web01", 1);
  settle();
  world_.fleet.cut("web01");
  world_.advance(60s);
  world_.turn();
  world_.advance(5h);
  world_.fleet.connect("web01");
  settle();
  EXPECT_EQ(world_.action(id).verification, Verification::passed);
}

TEST_F(Fleet, AsksAgainForAProofThatTheConnectionTookAway) {
  world_.fleet.connect("web01");
  const ActionId id = order("web01", 1);
  settle();
  world_.advance(60s);
  world_.turn();
  ASSERT_EQ(world_.fleet.under_way(), 1U);
  world_.fleet.cut("web01");
  world_.turn();
  world_.fleet.connect("web01");
  settle();
  EXPECT_EQ(world_.action(id).verification, Verification::passed);
  EXPECT_EQ(world_.action(id).checks, 0U);
}

TEST_F(Fleet, StaysWithTheHostThatItWasBoundTo) {
  world_.fleet.connect("web01");
  const ActionId id = order("web01", 1);
  settle();
  EXPECT_EQ(world_.action(id).evidence.at(kBoundHost), "web01");
  world_.restart();
  world_.advance(60s);
  settle();
  EXPECT_EQ(world_.action(id).verification, Verification::passed);
}

TEST_F(Fleet, WaitsUntilThePickupDeadlineWhereNobodyIsMeant) {
  const ActionId id = order("nowhere", 1);
  const ActionId other = order("elsewhere", 1);
  settle();
  EXPECT_EQ(world_.action(id).state, State::queued);
  world_.advance(world_.action(id).pickup_deadline);
  settle();
  EXPECT_EQ(world_.action(id).reason, Reason::agent_offline);
  EXPECT_TRUE(world_.action(id).detail.starts_with("nobody is called nowhere;"));
  EXPECT_TRUE(world_.action(other).detail.starts_with("nobody is called elsewhere;"));
}

TEST_F(Fleet, LeavesToTheEngineWhatIsDoneThere) {
  const ActionId id = order("engine", 1);
  world_.turn();
  EXPECT_EQ(world_.here, (std::vector{id}));
  EXPECT_EQ(bound_host_of(world_.action(id)), "");
}

/// Hosts come and go, connections take answers along, orders arrive twice, the engine restarts.
class Storm {
 public:
  explicit Storm(unsigned seed) : random_(seed) {
    for (const std::string& host : kHosts) world.fleet.hosts[host];
  }
  void rage() {
    for (int step = 0; step < 60; ++step) {
      if (random_.one_in(3)) ids.push_back(propose());
      const std::string& host = random_.one_of(kHosts);
      switch (random_.below(8)) {
        case 0:
          world.fleet.cut(host);
          break;
        case 1:
        case 2:
          world.fleet.connect(host);
          break;
        case 3:
          if (random_.one_in(4)) restart();
          break;
        default:
          if (world.fleet.under_way() > 0) world.fleet.deliver(random_.one_in(2));
      }
      world.advance(std::chrono::seconds(random_.below(120)));
      world.turn();
    }
  }
  void calm_down() {
    for (int turns = 0; turns < 300; ++turns) {
      for (const std::string& host : kHosts)
        if (!world.fleet.hosts[host].connected) world.fleet.connect(host);
      while (world.fleet.under_way() > 0) world.fleet.deliver();
      world.advance(5s);
      world.turn();
    }
  }

  FleetWorld world{kNoon};
  std::vector<ActionId> ids;

 private:
  ActionId propose() {
    const ActionRequest request = order_for(random_.one_of(kHosts), ++orders_, 240h);
    world.propose(request);
    world.turn();  // on record
    return request.id;
  }
  /// The connections end with the engine.
  void restart() {
    world.restart();
    for (const std::string& host : kHosts) world.fleet.cut(host);
  }
  inline static const std::vector<std::string> kHosts{"web01", "web02", "db01"};
  Seeded random_;
  int orders_ = 0;
};

TEST(FleetInAStorm, LosesNoActionAndGivesNoneTwiceWithoutAsking) {
  for (unsigned seed = 0; seed < RIPOSTE_SIM_WORLDS / 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Storm storm(seed);
    storm.rage();
    storm.calm_down();
    EXPECT_TRUE(storm.world.fleet.unprobed.empty());
    for (const ActionId& id : storm.ids) {
      const Action action = storm.world.action(id);
      ASSERT_EQ(action.state, State::completed) << name_of(action.reason) << ": " << action.detail;
      ASSERT_EQ(action.verification, Verification::passed);
      ASSERT_EQ(storm.world.fleet.hosts[action.host].effects[id], 1);
    }
    ASSERT_EQ(storm.world.partition().parked_count(), 0U);
    ASSERT_EQ(storm.world.partition().away_count(), 0U);
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}

}  // namespace
}  // namespace riposte
