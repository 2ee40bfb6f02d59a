#include "engine/pipeline/cooldowns.h"

#include <gtest/gtest.h>

#include "engine/pipeline/partition_state.h"
#include "tests/support/action_builder.h"
#include "tests/support/memory_records.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

Proposed rested(const std::string& uid, const std::string& key = "key") {
  ActionRequest request = some_request(uid);
  request.cooldown = {key, 10min};
  return {request, no_approval()};
}

class CoolingDown : public testing::Test {
 protected:
  void absorb(PartitionState& state, std::vector<Proposed> proposals, WallTime now) {
    Detection detection;
    detection.stream = StreamId("s" + std::to_string(state.id().value()));
    detection.next = Offset(++read_);
    detection.proposals = std::move(proposals);
    ASSERT_TRUE(state.absorb(std::move(detection), now));
  }
  void absorb(std::vector<Proposed> proposals, WallTime now = kNoon) {
    absorb(state_, std::move(proposals), now);
  }
  Commit commit(WallTime now, bool flush = false) {
    const std::vector<Commit> commits{state_.take_commit(now, flush)};
    EXPECT_TRUE(commits.front().empty() || records_.append(commits));
    state_.take_effects();
    return commits.front();
  }
  void restart() { state_ = *PartitionState::load(Partition(1), records_); }
  std::vector<Action> made() { return *records_.list({}); }
  std::uint64_t swallowed(const std::string& uid) {
    return (*records_.find(rested(uid).request.id))->swallowed;
  }

  MemoryRecords records_;
  std::shared_ptr<Claims> claims_ = std::make_shared<Claims>();
  PartitionState state_ = *PartitionState::load(Partition(1), records_, claims_);
  std::int64_t read_ = 0;
};

TEST_F(CoolingDown, MakesOneActionOfManyMatchesAndTheNextWhenItIsOver) {
  absorb({rested("a"), rested("b")});
  absorb({rested("c")}, kNoon + 10min - 1us);
  commit(kNoon);
  EXPECT_EQ(made().size(), 1U);
  EXPECT_EQ(state_.held_back().count(RuleId("rule-1"), Guard::cooldown), 2U);
  absorb({rested("d")}, kNoon + 10min);
  commit(kNoon + 10min);
  EXPECT_EQ(made().size(), 2U);
}

TEST_F(CoolingDown, TellsKeysApart) {
  absorb({rested("a", "one"), rested("b", "other")});
  commit(kNoon);
  EXPECT_EQ(made().size(), 2U);
}

TEST_F(CoolingDown, IsRecordedTogetherWithTheActionThatOpensIt) {
  absorb({rested("a")});
  const Commit written = commit(kNoon);
  ASSERT_EQ(written.cooldowns.size(), 1U);
  EXPECT_EQ(written.cooldowns.front().opener, written.rows.front().id);
}

TEST_F(CoolingDown, HoldsAcrossARestart) {
  absorb({rested("a")});
  commit(kNoon);
  restart();
  absorb({rested("b")}, kNoon + 9min);
  commit(kNoon + 9min);
  EXPECT_EQ(made().size(), 1U);
}

TEST_F(CoolingDown, GivesTheSameWhenACrashTookTheCommit) {
  absorb({rested("a")});
  absorb({rested("b")});
  restart();  // neither was durable: both are read again
  absorb({rested("a")});
  absorb({rested("b")});
  commit(kNoon);
  ASSERT_EQ(made().size(), 1U);
  EXPECT_EQ(made().front().cause.event_uid, "a");
}

TEST_F(CoolingDown, DoesNotSwallowTheDetectionThatOpenedItWhenThatIsReadAgain) {
  absorb({rested("a")});
  commit(kNoon);
  restart();
  absorb({rested("a")}, kNoon + 1min);
  commit(kNoon + 1min, true);
  EXPECT_EQ(made().size(), 1U);
  EXPECT_EQ(swallowed("a"), 0U) << "a duplicate of it, not a match that came to nothing";
}

TEST_F(CoolingDown, IsNotProlongedByADuplicateOfItsOpener) {
  absorb({rested("a")});
  commit(kNoon);
  absorb({rested("a")}, kNoon + 9min);
  absorb({rested("b")}, kNoon + 10min);
  commit(kNoon + 10min);
  EXPECT_EQ(made().size(), 2U);
}

TEST_F(CoolingDown, ShowsOnTheOpenerHowManyItSwallowedWithFewWrites) {
  absorb({rested("a")});
  commit(kNoon);
  std::size_t writes = 0;
  for (int i = 0; i < 1000; ++i) {
    const WallTime now = kNoon + i * 10ms;
    absorb({rested("b" + std::to_string(i))}, now);
    writes += commit(now).rows.size();
  }
  EXPECT_LE(writes, 3U) << "ten seconds of flood";
  commit(kNoon + 10s, true);
  EXPECT_EQ(swallowed("a"), 1000U);
}

TEST_F(CoolingDown, CountsOnAnActionThatIsOverAsWell) {
  Proposed dry = rested("a");
  dry.request.dry_run = true;
  absorb({dry});
  commit(kNoon);
  absorb({rested("b")}, kNoon + 1s);
  commit(kNoon + 1s, true);
  EXPECT_EQ(swallowed("a"), 1U);
  EXPECT_EQ((*records_.find(dry.request.id))->state, State::cancelled) << "and changes nothing else";
}

TEST_F(CoolingDown, IsForgottenWhenItIsOver) {
  absorb({rested("a")});
  commit(kNoon);
  EXPECT_EQ(records_.cooldowns(Partition(1))->size(), 1U);
  commit(kNoon + 10min);
  EXPECT_TRUE(records_.cooldowns(Partition(1))->empty());
}

TEST_F(CoolingDown, HoldsForEveryPartition) {
  PartitionState other = *PartitionState::load(Partition(2), records_, claims_);
  absorb({rested("a")});
  absorb(other, {rested("b")}, kNoon);
  EXPECT_TRUE(other.take_commit(kNoon, true).rows.empty());
  commit(kNoon, true);
  EXPECT_EQ(swallowed("a"), 1U) << "counted by the partition of the opener";
}

TEST_F(CoolingDown, PassesOverASwallowedLinkOfAChain) {
  absorb({rested("a", "second")});
  commit(kNoon);
  std::vector<Proposed> chain{rested("b", "first"), rested("c", "second"), rested("d", "third")};
  chain[1].request.chain.after = chain[0].request.id;
  chain[2].request.chain.after = chain[1].request.id;
  absorb(chain);
  commit(kNoon);
  const Action last = **records_.find(chain[2].request.id);
  EXPECT_TRUE(last.held);
  EXPECT_EQ(last.chain.after, chain[0].request.id);
}

TEST(Cooldowns, MakeTheActionAllTheSameWhenThereIsNoRoom) {
  Cooldowns cooldowns;
  for (std::size_t i = 0; i < Cooldowns::kCooldownsMax; ++i)
    ASSERT_EQ(cooldowns.ask({std::to_string(i), Partition(1), ActionId("x"), kNoon + 1h}, kNoon),
              Cooldowns::Answer::opened);
  EXPECT_EQ(cooldowns.ask({"one more", Partition(1), ActionId("x"), kNoon + 1h}, kNoon),
            Cooldowns::Answer::full);
  EXPECT_EQ(cooldowns.ask({"0", Partition(1), ActionId("y"), kNoon + 1h}, kNoon),
            Cooldowns::Answer::swallowed);
}

TEST(Cooldowns, LeaveToEveryPartitionTheRowsThatItWrote) {
  Cooldowns cooldowns;
  cooldowns.ask({"key", Partition(1), ActionId("x"), kNoon + 1h}, kNoon);
  cooldowns.ask({"key", Partition(2), ActionId("y"), kNoon + 3h}, kNoon + 2h);
  EXPECT_EQ(cooldowns.take_news(Partition(1), kNoon + 2h, false).over, std::vector<std::string>{"key"});
  EXPECT_TRUE(cooldowns.take_news(Partition(2), kNoon + 2h, false).over.empty());
  EXPECT_EQ(cooldowns.ask({"key", Partition(1), ActionId("z"), kNoon + 4h}, kNoon + 2h),
            Cooldowns::Answer::swallowed);
}

}  // namespace
}  // namespace riposte
