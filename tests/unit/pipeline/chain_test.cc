// Ordered responses as one partition carries them out: what is held, what releases it, what ends it.
#include <gtest/gtest.h>

#include "engine/pipeline/partition_state.h"
#include "tests/support/action_builder.h"
#include "tests/support/memory_records.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

class EnoughSlots final : public Slots {
 public:
  Seat take(const Action&) override { return {}; }
};

/// The orders of one detection, each behind the one before it.
std::vector<Proposed> chain_of(int length, const std::string& uid = "a") {
  std::vector<Proposed> chain;
  ActionId last;
  for (int i = 1; i <= length; ++i) {
    ActionRequest request = some_request(uid);
    request.cause.template_name = "step-" + std::to_string(i);
    request.id = derive_action_id(uid, request.cause.rule, request.cause.template_name, request.host, "");
    request.chain = {last, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(length)};
    last = request.id;
    chain.push_back({request, no_approval()});
  }
  return chain;
}

class ChainInAPartition : public testing::Test {
 protected:
  void absorb(PartitionState& state, std::vector<Proposed> proposals) {
    Detection detection;
    detection.stream = StreamId("s");
    detection.next = Offset(++read_);
    detection.proposals = std::move(proposals);
    ASSERT_TRUE(state.absorb(std::move(detection), kNoon));
  }
  void absorb(std::vector<Proposed> proposals) { absorb(state_, std::move(proposals)); }
  std::vector<Effect> turn(WallTime now = kNoon) {
    state_.advance(now, slots_);
    const std::vector<Commit> commits{state_.take_commit(now)};
    EXPECT_TRUE(commits.front().empty() || records_.append(commits));
    return state_.take_effects();
  }
  void report(const Proposed& of, Outcome::Kind kind, WallTime now = kNoon) {
    state_.answer(of.request.id, Reported{1, {kind, "", {}}}, now, slots_);
  }
  Action stored(const Proposed& of) { return **records_.find(of.request.id); }
  void restart() { state_ = *PartitionState::load(Partition(1), records_); }

  MemoryRecords records_;
  std::shared_ptr<Claims> claims_ = std::make_shared<Claims>();
  PartitionState state_ = *PartitionState::load(Partition(1), records_, claims_);
  EnoughSlots slots_;
  std::int64_t read_ = 0;
};

TEST_F(ChainInAPartition, StartsOneAfterTheOther) {
  const auto chain = chain_of(3);
  absorb(chain);
  for (const Proposed& next : chain) {
    const auto effects = turn();
    ASSERT_EQ(effects.size(), 1U);
    EXPECT_EQ(action_of(effects.front()).id, next.request.id);
    EXPECT_TRUE(turn().empty());
    report(next, Outcome::Kind::ok);
  }
  turn();
  EXPECT_EQ(stored(chain[2]).state, State::completed);
}

TEST_F(ChainInAPartition, EndsWithTheOneThatFails) {
  const auto chain = chain_of(3);
  absorb(chain);
  turn();
  report(chain[0], Outcome::Kind::timeout);
  EXPECT_TRUE(turn().empty());
  for (const auto& behind : {chain[1], chain[2]}) {
    EXPECT_EQ(stored(behind).state, State::cancelled);
    EXPECT_EQ(stored(behind).reason, Reason::predecessor_ended);
  }
  EXPECT_EQ(stored(chain[1]).detail,
            "'step-1' (" + chain[0].request.id.value() + ") before it ended in failed: timeout");
  EXPECT_EQ(state_.open_count(), 0U);
}

TEST_F(ChainInAPartition, EndsWithAnOfferThatIsRejectedOrForgotten) {
  for (const bool forgotten : {false, true}) {
    auto chain = chain_of(3, forgotten ? "forgotten" : "rejected");
    chain[1].ruling = approval();
    absorb(chain);
    turn();
    report(chain[0], Outcome::Kind::ok);
    EXPECT_TRUE(turn().empty()) << "the second waits for a person, the third for the second";
    if (!forgotten) {
      ASSERT_TRUE(state_.decide(chain[1].request.id, {Decision::reject, person("bob"), ""}, kNoon));
    }
    turn(kNoon + 25h);
    EXPECT_EQ(stored(chain[2]).reason, Reason::predecessor_ended);
  }
}

TEST_F(ChainInAPartition, LetsOffersExpireTogether) {
  auto chain = chain_of(2);
  chain[0].ruling = chain[1].ruling = approval();
  absorb(chain);
  turn();
  turn(kNoon + 24h);
  EXPECT_EQ(stored(chain[0]).reason, Reason::approval_expired);
  EXPECT_EQ(stored(chain[1]).state, State::cancelled);
}

TEST_F(ChainInAPartition, EndsWithAnOrderThatCannotBeRendered) {
  auto chain = chain_of(2);
  chain[0].request.defect = "the event has no field 'process.pid'";
  absorb(chain);
  EXPECT_TRUE(turn().empty());
  EXPECT_EQ(stored(chain[1]).detail,
            "'step-1' (" + chain[0].request.id.value() + ") before it ended in failed: field_missing");
}

TEST_F(ChainInAPartition, EndsWhenAPersonGivesUpWhatIsInDoubt) {
  const auto chain = chain_of(2);
  absorb(chain);
  turn();
  report(chain[0], Outcome::Kind::unknown);
  EXPECT_TRUE(turn(kNoon + 48h).empty()) << "nobody knows whether the first ran";
  EXPECT_EQ(stored(chain[1]).state, State::queued);
  ASSERT_TRUE(state_.decide(chain[0].request.id, {Decision::cancel, person("bob"), ""}, kNoon));
  turn(kNoon + 48h);
  EXPECT_EQ(stored(chain[1]).reason, Reason::predecessor_ended);
}

TEST_F(ChainInAPartition, IsHeldAndReleasedAcrossRestarts) {
  const auto chain = chain_of(2);
  absorb(chain);
  turn();
  restart();
  turn();
  state_.answer(chain[0].request.id, Probed{1, {Probe::Kind::ran, {}, ""}}, kNoon, slots_);
  const auto effects = turn();
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(action_of(effects.front()).id, chain[1].request.id);
}

TEST_F(ChainInAPartition, FindsAnEndingThatItMissed) {
  const auto chain = chain_of(2);
  absorb(chain);
  turn();
  Action failed = stored(chain[0]);
  failed.state = State::failed;
  failed.reason = Reason::timeout;
  Commit commit;
  commit.partition = Partition(1);
  commit.rows = {failed};
  ASSERT_TRUE(records_.append(std::vector{commit}));
  restart();
  turn();
  EXPECT_EQ(stored(chain[1]).reason, Reason::predecessor_ended);
}

TEST_F(ChainInAPartition, RecordsAnEndingTogetherWithWhatFollowsFromIt) {
  const auto chain = chain_of(2);
  absorb(chain);
  turn();
  report(chain[0], Outcome::Kind::ok);
  const Commit commit = state_.take_commit(kNoon);
  ASSERT_EQ(commit.rows.size(), 2U) << "completed and released in one write";
  EXPECT_EQ(commit.audit.back().event, "released");
}

TEST_F(ChainInAPartition, IsMadeByOnePartitionAsAWhole) {
  const auto chain = chain_of(2);
  PartitionState other = *PartitionState::load(Partition(2), records_, claims_);
  absorb(state_, {chain[0]});  // half of it, as a rival in another thread would have it
  absorb(other, chain);
  EXPECT_TRUE(other.take_commit(kNoon, true).rows.empty());
}

TEST_F(ChainInAPartition, TakesBackWhatIsOver) {
  absorb({{lasting_request(1h), no_approval()}});
  const ActionId id = lasting_request(1h).id;
  turn();
  state_.answer(id, Reported{1, {Outcome::Kind::ok, "", {}}}, kNoon, slots_);
  turn(kNoon + 60s);
  state_.answer(id, Checked{{Proof::Kind::proven, ""}}, kNoon + 60s, slots_);
  EXPECT_TRUE(turn(kNoon + 59min).empty());
  restart();
  const auto effects = turn(kNoon + 1h);
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(action_of(effects.front()).type, ActionType::resume_process);
  EXPECT_EQ((*records_.find(id))->undone_by, action_of(effects.front()).id);
  EXPECT_EQ((*records_.find(action_of(effects.front()).id))->state, State::executing) << "the same commit";
}

TEST_F(ChainInAPartition, ProvesWhatAnotherOutlasts) {
  std::vector<ActionId> ids;
  for (const Duration ttl : {Duration(1h), Duration(3h)}) {
    ActionRequest request = lasting_request(ttl);
    request.id = derive_action_id(duration_text(ttl), request.cause.rule, "t", request.host, request.target);
    ids.push_back(request.id);
    absorb({{request, no_approval()}});
    turn();
    state_.answer(request.id, Reported{1, {Outcome::Kind::ok, "", {}}}, kNoon, slots_);
  }
  const auto effects = turn(kNoon + 60s);
  EXPECT_EQ(effects.size(), 2U);
  for (const Effect& effect : effects) EXPECT_TRUE(std::holds_alternative<Verify>(effect));
}

TEST_F(ChainInAPartition, LeavesTheUndoToTheActionThatLastsLongest) {
  std::vector<ActionId> ids;
  for (const Duration ttl : {Duration(1h), Duration(3h), Duration(2h)}) {
    ActionRequest request = lasting_request(ttl);
    request.id = derive_action_id(duration_text(ttl), request.cause.rule, "t", request.host, request.target);
    ids.push_back(request.id);
    absorb({{request, no_approval()}});
    turn();
    state_.answer(request.id, Reported{1, {Outcome::Kind::ok, "", {}}}, kNoon, slots_);
    turn(kNoon + 60s);
    state_.answer(request.id, Checked{{Proof::Kind::proven, ""}}, kNoon + 60s, slots_);
  }
  turn(kNoon + 60s);
  restart();
  EXPECT_TRUE(turn(kNoon + 1h).empty());
  EXPECT_TRUE(turn(kNoon + 2h).empty());
  EXPECT_EQ((*records_.find(ids[0]))->undone_by, ids[1]);
  EXPECT_EQ((*records_.find(ids[2]))->undone_by, ids[1]);
  const auto effects = turn(kNoon + 3h);
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(action_of(effects.front()).undoes, ids[1]);
  EXPECT_EQ(state_.open_count(), 1U);
}

}  // namespace
}  // namespace riposte
