#include "engine/pipeline/claims.h"

#include <gtest/gtest.h>

#include "engine/pipeline/partition_state.h"
#include "tests/support/action_builder.h"
#include "tests/support/memory_records.h"

namespace riposte {
namespace {

using namespace test;

/// One detection that stands in two partitions.
class TwoPartitions : public testing::Test {
 protected:
  void absorb(PartitionState& partition, const std::string& digest) {
    Detection detection;
    detection.stream = StreamId("s" + std::to_string(partition.id().value()));
    detection.next = Offset(1);
    detection.bytes = "{}";
    detection.proposals = {{some_request("a"), no_approval()}};
    detection.proposals.front().request.cause.event_digest = digest;
    ASSERT_TRUE(partition.absorb(std::move(detection), kNoon));
  }

  MemoryRecords records_;
  std::shared_ptr<Claims> claims_ = std::make_shared<Claims>();
  PartitionState one_ = *PartitionState::load(Partition(1), records_, claims_);
  PartitionState other_ = *PartitionState::load(Partition(2), records_, claims_);
};

TEST_F(TwoPartitions, MakeOneActionOfOneDetectionThatComesInBothBeforeEitherCommits) {
  absorb(one_, "digest");
  absorb(other_, "digest");
  EXPECT_EQ(one_.take_commit(kNoon, true).rows.size(), 1U);
  const Commit duplicate = other_.take_commit(kNoon, true);
  EXPECT_TRUE(duplicate.rows.empty());
  EXPECT_TRUE(duplicate.dead_letters.empty());
  EXPECT_EQ(duplicate.position->next, Offset(1)) << "the duplicate is dealt with";
}

TEST_F(TwoPartitions, PutAnotherEventWithTheSameIdAmongTheDeadLettersBeforeEitherCommits) {
  absorb(one_, "digest");
  absorb(other_, "of another event");
  const Commit contradiction = other_.take_commit(kNoon, true);
  EXPECT_TRUE(contradiction.rows.empty());
  ASSERT_EQ(contradiction.dead_letters.size(), 1U);
  EXPECT_EQ(contradiction.dead_letters.front().reason, "conflicting_duplicate");
}

TEST_F(TwoPartitions, FindTheActionInTheStoreOnceTheClaimWasGivenBack) {
  absorb(one_, "digest");
  const std::vector<Commit> commits{one_.take_commit(kNoon, true)};
  ASSERT_TRUE(records_.append(commits));
  (void)one_.take_effects();
  EXPECT_FALSE(claims_->take(commits.front().rows.front().id, "digest")) << "nobody holds it any more";
  claims_->give_back(std::vector{commits.front().rows.front().id});
  absorb(other_, "digest");
  EXPECT_TRUE(other_.take_commit(kNoon, true).rows.empty());
}

TEST_F(TwoPartitions, MakeTheActionAgainWhenACrashTookWhoeverHadTheClaim) {
  absorb(one_, "digest");
  absorb(other_, "digest");
  const std::vector<Commit> commits{other_.take_commit(kNoon, true)};
  ASSERT_TRUE(records_.append(commits));  // the duplicate's position is durable, the action is not
  PartitionState restarted = *PartitionState::load(Partition(1), records_);
  absorb(restarted, "digest");
  EXPECT_EQ(restarted.take_commit(kNoon, true).rows.size(), 1U);
}

/// An isolation waits in one partition, a person's release of the host comes in the other.
class ReleasedElsewhere : public testing::Test {
 protected:
  void submit(PartitionState& partition, ActionType type, Actor by) {
    ActionRequest request = some_request(std::string(name_of(type)));
    request.partition = partition.id();
    request.type = type;
    request.target = "host";
    request.submitter = std::move(by);
    request.id = ActionId(std::string(name_of(type)));
    ASSERT_TRUE(partition.submit({request, no_approval()}, kNoon));
  }
  void isolate(PartitionState& partition) {
    submit(partition, ActionType::isolate_host, {Actor::Kind::rule, "rule-1"});
    commit(partition);
  }
  void release(PartitionState& partition) {
    submit(partition, ActionType::unisolate_host, {Actor::Kind::person, "alice"});
  }
  void commit(PartitionState& partition) {
    ASSERT_TRUE(records_.append(std::vector{partition.take_commit(kNoon, true)}));
  }
  Reason reason() { return (*records_.find(ActionId("isolate_host")))->reason; }
  PartitionState load(int id) { return *PartitionState::load(Partition(id), records_, claims_); }

  class NoSlots final : public Slots {
   public:
    Seat take(const Action&) override { return {Seat::Kind::busy}; }
  };
  NoSlots slots_;
  MemoryRecords records_;
  std::shared_ptr<Claims> claims_ = std::make_shared<Claims>();
};

TEST_F(ReleasedElsewhere, IsHeardOfOnceItIsOnRecord) {
  PartitionState people = load(0);
  PartitionState stream = load(1);
  isolate(stream);
  release(people);
  stream.advance(kNoon, slots_);
  commit(stream);
  EXPECT_EQ(reason(), Reason::none) << "it may never have been";
  commit(people);
  (void)people.take_effects();
  stream.advance(kNoon, slots_);
  commit(stream);
  EXPECT_EQ(reason(), Reason::superseded);
}

TEST_F(ReleasedElsewhere, IsFoundAfterACrashThatTookTheNews) {
  {
    PartitionState people = load(0);
    PartitionState stream = load(1);
    isolate(stream);
    release(people);
    commit(people);
  }
  claims_ = std::make_shared<Claims>();
  PartitionState stream = load(1);
  stream.advance(kNoon, slots_);
  commit(stream);
  EXPECT_EQ(reason(), Reason::superseded);
}

}  // namespace
}  // namespace riposte
