/// What every Records must do, run against the store and against its stand-in.
///
/// Use: INSTANTIATE_TYPED_TEST_SUITE_P(Name, RecordsContract, Harness), where Harness has `Records&
/// records()` and `void reopen()`.
#pragma once

#include <gtest/gtest.h>

#include "engine/ports/records.h"
#include "tests/support/action_builder.h"

namespace riposte::test {

template <class Harness>
class RecordsContract : public testing::Test {
 protected:
  Records& records() { return harness_.records(); }
  Harness harness_;
};
TYPED_TEST_SUITE_P(RecordsContract);

inline Action numbered_action(int number) {
  Action action = lived({Proposed{some_request("uid-" + std::to_string(number)), no_approval()}});
  action.created_at = kNoon + std::chrono::seconds(number);
  return action;
}

inline AuditRecord numbered_record(const Action& action, std::uint64_t sequence) {
  AuditRecord record = audit_of(nullptr, action, action.submitter, "proposed", action.created_at);
  record.sequence = sequence;
  return record;
}

inline Commit commit_of(const Action& action, std::uint64_t sequence) {
  return {action.partition,
          StreamPosition{StreamId("kafka:detections/0"), action.partition,
                         Offset(static_cast<std::int64_t>(sequence))},
          {action},
          {numbered_record(action, sequence)},
          {}};
}

TYPED_TEST_P(RecordsContract, KeepsEverythingOfACommitAcrossAReopen) {
  ASSERT_EQ(this->records().partition_of(StreamId("kafka:detections/0")), Partition(1));
  const Action action = numbered_action(1);
  const std::vector<Commit> commits{commit_of(action, 1)};
  ASSERT_TRUE(this->records().append(commits));
  this->harness_.reopen();
  EXPECT_EQ(*this->records().find(action.id), action);
  EXPECT_EQ(*this->records().position(StreamId("kafka:detections/0")), std::optional(Offset(1)));
  EXPECT_EQ(this->records().last_audit_sequence(Partition(1)), 1U);
  EXPECT_EQ(this->records().open_actions(Partition(1)), std::vector{action});
  EXPECT_EQ(this->records().audit({action.id, 10})->size(), 1U);
}

TYPED_TEST_P(RecordsContract, GivesEveryStreamANumberOfItsOwnForEver) {
  const auto first = this->records().partition_of(StreamId("a"));
  const auto second = this->records().partition_of(StreamId("b"));
  EXPECT_NE(first, second);
  EXPECT_NE(*first, kManualPartition);
  this->harness_.reopen();
  EXPECT_EQ(this->records().partition_of(StreamId("a")), first);
  EXPECT_EQ(*this->records().position(StreamId("a")), std::optional<Offset>()) << "known, but never read";
  EXPECT_EQ(this->records().partitions()->size(), 3U);
}

TYPED_TEST_P(RecordsContract, TakesTheSameCommitTwiceAsOnce) {
  const Action action = numbered_action(1);
  const std::vector<Commit> commits{commit_of(action, 1)};
  ASSERT_TRUE(this->records().append(commits));
  ASSERT_TRUE(this->records().append(commits));
  EXPECT_EQ(this->records().list({})->size(), 1U);
  EXPECT_EQ(this->records().open_actions(Partition(1))->size(), 1U);
}

TYPED_TEST_P(RecordsContract, CountsAClosedActionNoLongerAsOpen) {
  Action action = verified_action();
  action.state = State::queued;
  action.verification = Verification::none;
  ASSERT_TRUE(this->records().append(std::vector{commit_of(action, 1)}));
  ASSERT_TRUE(this->records().append(std::vector{commit_of(verified_action(), 2)}));
  EXPECT_TRUE(this->records().open_actions(Partition(1))->empty());
  EXPECT_EQ((*this->records().find(action.id))->state, State::completed);
}

TYPED_TEST_P(RecordsContract, ListsWhatCanBeUndone) {
  Action suspended = suspended_action();
  suspended.id = ActionId("suspended");
  for (const Action& action : {suspended, verified_action()})
    ASSERT_TRUE(this->records().append(std::vector{commit_of(action, 1)}));
  const auto undoable = this->records().list({.undoable_only = true});
  ASSERT_EQ(undoable->size(), 1U);
  EXPECT_EQ(undoable->front().type, ActionType::suspend_process);
}

TYPED_TEST_P(RecordsContract, ListsTheNewestFirstAndKeepsToFilterAndLimit) {
  for (int i = 1; i <= 5; ++i)
    ASSERT_TRUE(
        this->records().append(std::vector{commit_of(numbered_action(i), static_cast<std::uint64_t>(i))}));
  const auto newest = this->records().list({.limit = 2});
  ASSERT_EQ(newest->size(), 2U);
  EXPECT_EQ(newest->front().cause.event_uid, "uid-5");
  EXPECT_EQ(newest->back().cause.event_uid, "uid-4");
  EXPECT_TRUE(this->records().list({.state = State::failed})->empty());
  EXPECT_EQ(this->records().list({.type = ActionType::kill_process, .open_only = true})->size(), 5U);
  EXPECT_TRUE(this->records().list({.undoable_only = true})->empty());
  EXPECT_TRUE(this->records().list({.types = {ActionType::run_script}})->empty());
  EXPECT_TRUE(this->records().audit({.types = {ActionType::run_script}})->empty());
  EXPECT_EQ(this->records().audit({.types = {ActionType::kill_process}})->size(), 5U);
}

TYPED_TEST_P(RecordsContract, ShowsTheAuditOldestFirst) {
  for (int i = 1; i <= 5; ++i)
    ASSERT_TRUE(
        this->records().append(std::vector{commit_of(numbered_action(i), static_cast<std::uint64_t>(i))}));
  const auto newest = this->records().audit({ActionId(), 2});
  ASSERT_EQ(newest->size(), 2U);
  EXPECT_EQ(newest->front().sequence, 4U);
  EXPECT_EQ(newest->back().sequence, 5U);
}

TYPED_TEST_P(RecordsContract, KeepsDeadLettersUntilTheyAreAcknowledged) {
  Commit commit;
  commit.partition = Partition(1);
  commit.dead_letters = {{StreamId("s"), Offset(1), kNoon, "not_json", "why", "bytes"},
                         {StreamId("s"), Offset(2), kNoon, "too_large", "why", "bytes"}};
  ASSERT_TRUE(this->records().append(std::vector{commit}));
  this->harness_.reopen();
  auto letters = this->records().dead_letters(10);
  ASSERT_EQ(letters->size(), 2U);
  ASSERT_TRUE(this->records().acknowledge(std::vector{letters->front().key}));
  letters = this->records().dead_letters(10);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->front().letter.reason, "too_large");
}

TYPED_TEST_P(RecordsContract, KeepsACooldownOfItsPartitionUntilThatIsOver) {
  const Cooldown cooldown{"key", Partition(1), ActionId("opener"), kNoon};
  Commit opened;
  opened.partition = Partition(1);
  opened.cooldowns = {cooldown};
  ASSERT_TRUE(this->records().append(std::vector{opened}));
  this->harness_.reopen();
  EXPECT_EQ(this->records().cooldowns(Partition(1)), std::vector{cooldown});
  EXPECT_TRUE(this->records().cooldowns(Partition(2))->empty());
  Commit over;
  over.partition = Partition(1);
  over.cooldowns_over = {"key"};
  ASSERT_TRUE(this->records().append(std::vector{over}));
  EXPECT_TRUE(this->records().cooldowns(Partition(1))->empty());
}

TYPED_TEST_P(RecordsContract, OpensACooldownAnewInTheCommitThatForgetsTheOldOne) {
  const Cooldown cooldown{"key", Partition(1), ActionId("second"), kNoon};
  Commit both;
  both.partition = Partition(1);
  both.cooldowns = {cooldown};
  both.cooldowns_over = {"key"};
  ASSERT_TRUE(this->records().append(std::vector{both}));
  EXPECT_EQ(this->records().cooldowns(Partition(1)), std::vector{cooldown});
}

TYPED_TEST_P(RecordsContract, KnowsNothingOfWhatWasNeverThere) {
  EXPECT_EQ(*this->records().find(ActionId("nobody")), std::optional<Action>());
  EXPECT_EQ(*this->records().position(StreamId("nowhere")), std::optional<Offset>());
  EXPECT_EQ(this->records().last_audit_sequence(Partition(9)), 0U);
}

REGISTER_TYPED_TEST_SUITE_P(RecordsContract, KeepsEverythingOfACommitAcrossAReopen,
                            GivesEveryStreamANumberOfItsOwnForEver, TakesTheSameCommitTwiceAsOnce,
                            CountsAClosedActionNoLongerAsOpen, ListsTheNewestFirstAndKeepsToFilterAndLimit,
                            ListsWhatCanBeUndone, ShowsTheAuditOldestFirst,
                            KeepsDeadLettersUntilTheyAreAcknowledged,
                            KeepsACooldownOfItsPartitionUntilThatIsOver,
                            OpensACooldownAnewInTheCommitThatForgetsTheOldOne,
                            KnowsNothingOfWhatWasNeverThere);

}  // namespace riposte::test
