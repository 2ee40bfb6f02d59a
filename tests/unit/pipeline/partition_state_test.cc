#include "engine/pipeline/partition_state.h"

#include <gtest/gtest.h>

#include "tests/support/action_builder.h"
#include "tests/support/memory_records.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

class CountedSlots final : public Slots {
 public:
  explicit CountedSlots(int count) : free(count) {}
  Seat take(const Action&) override {
    if (free == 0) return {Seat::Kind::busy};
    --free;
    return {};
  }
  int free;
};

class OnePartition : public testing::Test {
 protected:
  void absorb(std::initializer_list<Proposed> proposals, std::int64_t offset = 1) {
    Detection detection;
    detection.stream = StreamId("s");
    detection.offset = Offset(offset);
    detection.next = Offset(offset + 1);
    detection.proposals = proposals;
    ASSERT_TRUE(state_.absorb(std::move(detection), kNoon));
  }
  /// Makes it durable and says what may be carried out.
  std::vector<Effect> commit(WallTime now = kNoon) {
    const std::vector<Commit> commits{state_.take_commit(now)};
    EXPECT_TRUE(commits.front().empty() || records_.append(commits));
    return state_.take_effects();
  }
  Action stored(const ActionId& id) { return **records_.find(id); }

  MemoryRecords records_;
  PartitionState state_ = *PartitionState::load(Partition(1), records_);
  CountedSlots slots_{8};
};

Proposed kill(const std::string& uid, std::int64_t pid = 4711) {
  ActionRequest request = some_request(uid);
  request.parameters["pid"] = pid;
  request.target = "process " + std::to_string(pid);
  request.id = derive_action_id(uid, request.cause.rule, "t", request.host, request.target);
  return {request, no_approval()};
}

TEST_F(OnePartition, GivesOutAnEffectOnlyBesideTheCommitThatRecordsIt) {
  absorb({kill("a")});
  state_.advance(kNoon, slots_);
  const Commit commit = state_.take_commit(kNoon);
  ASSERT_EQ(commit.rows.size(), 1U);
  EXPECT_EQ(commit.rows.front().state, State::executing);
  EXPECT_EQ(commit.audit.size(), 2U) << "proposed and started, one write";
  EXPECT_EQ(commit.position->next, Offset(2));
  EXPECT_EQ(state_.take_effects().size(), 1U);
}

TEST_F(OnePartition, MakesNoSecondActionOfADuplicateNeitherBeforeNorAfterItIsClosed) {
  absorb({kill("a"), kill("a")});
  EXPECT_EQ(state_.pending_rows(), 1U);
  state_.advance(kNoon, slots_);
  ASSERT_EQ(commit().size(), 1U);
  const ActionId id = kill("a").request.id;
  state_.answer(id, Reported{1, {Outcome::Kind::error, "no", {}}}, kNoon, slots_);
  commit();
  ASSERT_EQ(stored(id).state, State::failed);
  absorb({kill("a")}, 2);
  state_.advance(kNoon, slots_);
  EXPECT_EQ(state_.pending_rows(), 0U);
  EXPECT_TRUE(commit().empty());
}

TEST_F(OnePartition, SendsAnotherEventWithTheSameIdToTheDeadLetters) {
  absorb({kill("a")});
  Proposed other = kill("a");
  other.request.cause.event_digest = "something else";
  absorb({other}, 2);
  const Commit commit = state_.take_commit(kNoon);
  ASSERT_EQ(commit.dead_letters.size(), 1U);
  EXPECT_EQ(commit.dead_letters.front().reason, "conflicting_duplicate");
  EXPECT_EQ(commit.rows.size(), 1U);
}

TEST_F(OnePartition, KeepsTheOrderOfOrdersOnOneTarget) {
  absorb({kill("a", 1), kill("b", 1), kill("c", 2)});
  state_.advance(kNoon, slots_);
  auto effects = commit();
  ASSERT_EQ(effects.size(), 2U) << "the second order on process 1 waits for the first";
  EXPECT_EQ(action_of(effects[0]).cause.event_uid, "a");
  EXPECT_EQ(action_of(effects[1]).cause.event_uid, "c");
  state_.answer(kill("a", 1).request.id, Reported{1, {Outcome::Kind::ok, "", {}}}, kNoon, slots_);
  state_.advance(kNoon, slots_);
  effects = commit();
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(action_of(effects[0]).cause.event_uid, "b");
}

TEST_F(OnePartition, LetsNoOrderOvertakeItsInverse) {
  const auto order = [](ActionType type, const std::string& target) {
    Proposed proposed = kill(target + std::string(name_of(type)));
    proposed.request.type = type;
    proposed.request.target = target;
    return proposed;
  };
  absorb({order(ActionType::isolate_host, "host"), order(ActionType::unisolate_host, "host"),
          order(ActionType::block_ip, "address 203.0.113.9"), order(ActionType::collect_forensics, ""),
          order(ActionType::unblock_ip, "address 203.0.113.9")});
  state_.advance(kNoon, slots_);
  std::vector<ActionType> begun;
  for (const Effect& effect : commit()) begun.push_back(action_of(effect).type);
  EXPECT_EQ(begun,
            (std::vector{ActionType::isolate_host, ActionType::block_ip, ActionType::collect_forensics}));
}

TEST_F(OnePartition, StartsNoMoreThanThereAreSlots) {
  slots_.free = 1;
  absorb({kill("a", 1), kill("b", 2)});
  state_.advance(kNoon, slots_);
  EXPECT_EQ(commit().size(), 1U);
  EXPECT_TRUE(state_.waiting());
  EXPECT_EQ(stored(kill("b", 2).request.id).state, State::queued);
}

TEST_F(OnePartition, LetsNoKillWaitBehindScripts) {
  class NoScripts final : public Slots {
   public:
    Seat take(const Action& action) override {
      return {action.type == ActionType::run_script ? Seat::Kind::busy : Seat::Kind::taken};
    }
  } slots;
  for (int i = 0; i < 2 * static_cast<int>(PartitionState::kStartScanMax); ++i) {
    Proposed script = kill("script-" + std::to_string(i));
    script.request.type = ActionType::run_script;
    absorb({script}, i);
  }
  absorb({kill("a")}, 1000);
  state_.advance(kNoon, slots);
  const auto effects = commit();
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(action_of(effects.front()).cause.event_uid, "a");
}

TEST_F(OnePartition, AsksTheExecutorAboutWhatWasUnderWayBeforeARestart) {
  absorb({kill("a")});
  state_.advance(kNoon, slots_);
  commit();
  state_ = *PartitionState::load(Partition(1), records_);
  state_.advance(kNoon, slots_);
  const auto effects = commit();
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<AskExecutor>(effects.front())) << "never simply run again";
}

TEST_F(OnePartition, AsksTheExecutorHoweverLongTheEngineWasAway) {
  absorb({kill("a")});
  state_.advance(kNoon, slots_);
  commit();
  state_ = *PartitionState::load(Partition(1), records_);
  state_.advance(kNoon + 48h, slots_);
  ASSERT_EQ(commit().size(), 1U) << "not given up as in doubt unasked";
  state_.advance(kNoon + 96h, slots_);
  EXPECT_EQ(state_.in_doubt_count(), 0U) << "the question is still under way";
}

TEST_F(OnePartition, DispatchesAgainOnlyWhenTheExecutorSaysItNeverRan) {
  absorb({kill("a")});
  state_.advance(kNoon, slots_);
  commit();
  const ActionId id = kill("a").request.id;
  for (const auto& [kind, dispatches] :
       {std::pair(Probe::Kind::never_ran, 1U), std::pair(Probe::Kind::unknown, 0U)}) {
    state_ = *PartitionState::load(Partition(1), records_);
    state_.advance(kNoon, slots_);
    state_.take_effects();
    state_.answer(id, Probed{1, {kind, {}, ""}}, kNoon, slots_);
    EXPECT_EQ(state_.take_effects().size(), dispatches);
  }
  EXPECT_EQ(state_.in_doubt_count(), 1U);
}

TEST_F(OnePartition, OwesWhatCouldNotBeGivenOut) {
  absorb({kill("a")});
  state_.advance(kNoon, slots_);
  for (const Effect& effect : commit()) state_.give_back(effect);
  state_.advance(kNoon, slots_);
  EXPECT_EQ(commit().size(), 1U);
}

TEST_F(OnePartition, VerifiesWhenDueAndOnlyOnceAtATime) {
  absorb({kill("a")});
  state_.advance(kNoon, slots_);
  commit();
  state_.answer(kill("a").request.id, Reported{1, {Outcome::Kind::ok, "", {}}}, kNoon, slots_);
  state_.advance(kNoon + 59s, slots_);
  EXPECT_TRUE(commit().empty());
  state_.advance(kNoon + 60s, slots_);
  EXPECT_EQ(commit().size(), 1U);
  state_.advance(kNoon + 61s, slots_);
  EXPECT_TRUE(commit().empty()) << "the first check has not answered yet";
}

TEST_F(OnePartition, CommitsABarePositionAtMostOncePerSecond) {
  absorb({});
  EXPECT_TRUE(state_.take_commit(kNoon).position);
  absorb({}, 2);
  EXPECT_FALSE(state_.take_commit(kNoon + 999ms).position);
  EXPECT_TRUE(state_.take_commit(kNoon + 1s).position);
  absorb({}, 3);
  EXPECT_TRUE(state_.take_commit(kNoon + 1s, true).position) << "at the end nothing is left behind";
}

TEST_F(OnePartition, RecordsARefusedApproval) {
  Proposed waiting = kill("a");
  waiting.ruling = approval();
  absorb({waiting});
  const auto refused =
      state_.decide(waiting.request.id, {Decision::approve, person("Ruth Author"), ""}, kNoon);
  EXPECT_EQ(refused.error().code, Errc::denied);
  const Commit commit = state_.take_commit(kNoon);
  ASSERT_EQ(commit.audit.size(), 2U);
  EXPECT_EQ(commit.audit.back().event, "approve_refused");
  EXPECT_EQ(commit.audit.back().actor.name, "Ruth Author");
  EXPECT_EQ(commit.rows.front().state, State::pending_approval);
}

class WithSomethingToUndo : public OnePartition {
 protected:
  WithSomethingToUndo() {
    const Proposed suspend{lasting_request(1h), no_approval()};
    id_ = suspend.request.id;
    absorb({suspend});
    state_.advance(kNoon, slots_);
    commit();
    state_.answer(id_, Reported{1, {Outcome::Kind::ok, "", {}}}, kNoon, slots_);
    state_.answer(id_, Checked{{Proof::Kind::proven, ""}}, kNoon, slots_);
    commit();
  }

  ActionId id_;
};

TEST_F(WithSomethingToUndo, RecordsTheWishAndItsOrderInOneCommit) {
  const auto undone = state_.decide(id_, undo_by("bob"), kNoon);
  ASSERT_TRUE(undone);
  const Commit commit = state_.take_commit(kNoon);
  ASSERT_EQ(commit.rows.size(), 2U);
  EXPECT_EQ(commit.rows[0].undone_by, commit.rows[1].id);
  EXPECT_EQ(commit.rows[1].type, ActionType::resume_process);
  ASSERT_EQ(commit.audit.size(), 2U);
  EXPECT_EQ(commit.audit[0].event, "undo");
  EXPECT_EQ(commit.audit[0].actor, (Actor{Actor::Kind::person, "bob"}));
  ASSERT_TRUE(records_.append({&commit, 1}));
  EXPECT_EQ(state_.decide(id_, undo_by("carol"), kNoon).error().code, Errc::conflict);
}

TEST_F(WithSomethingToUndo, TakesItBackOnceWhoeverWasFirst) {
  state_.advance(kNoon + 1h, slots_);
  EXPECT_EQ(state_.decide(id_, undo_by("bob"), kNoon + 1h).error().code, Errc::conflict);
  commit();
  const ActionId order = stored(id_).undone_by;
  EXPECT_EQ(stored(order).ground, Ground::automatic_undo);
}

TEST_F(WithSomethingToUndo, LetsItsTimeRunOnWhenNobodyApprovesTheUndo) {
  ASSERT_TRUE(state_.decide(id_, undo_by("alice", approval()), kNoon));
  commit();
  const ActionId refused = stored(id_).undone_by;
  EXPECT_EQ(stored(refused).state, State::pending_approval);
  ASSERT_TRUE(state_.decide(refused, {Decision::reject, person("bob"), "no"}, kNoon));
  commit();
  EXPECT_EQ(stored(id_).undone_by, ActionId());
  EXPECT_EQ(stored(id_).failed_undo, refused);
  state_ = *PartitionState::load(Partition(1), records_);
  state_.advance(kNoon + 1h, slots_);
  commit();
  const ActionId order = stored(id_).undone_by;
  EXPECT_NE(order, refused);
  EXPECT_EQ(stored(order).ground, Ground::automatic_undo);
}

TEST_F(OnePartition, NumbersItsAuditWithoutGapsAcrossRestarts) {
  absorb({kill("a", 1)});
  commit();
  state_ = *PartitionState::load(Partition(1), records_);
  absorb({kill("b", 2)}, 2);
  commit();
  const auto audit = *records_.audit({});
  for (std::size_t i = 0; i < audit.size(); ++i) EXPECT_EQ(audit[i].sequence, i + 1);
}

}  // namespace
}  // namespace riposte
