#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lifecycle/undo.h"
#include "tests/support/action_builder.h"
#include "tests/support/running_engine.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

/// Three processes are suspended on record, by one rule, an hour apart.
class UndoDesk : public RunningEngine {
 protected:
  UndoDesk() {
    actions_.executable.insert(actions_.executable.end(),
                               {ActionType::suspend_process, ActionType::resume_process});
    Commit commit{.partition = Partition(1), .position = {}, .rows = {}, .audit = {}, .dead_letters = {}};
    for (int i = 0; i < 3; ++i) {
      Action action = suspended_action();
      action.id = ActionId(std::string(31, '0') + std::to_string(i));
      action.target = "process " + std::to_string(i);
      action.created_at = kNoon + i * 1h;
      commit.rows.push_back(action);
    }
    EXPECT_TRUE(records_.append(std::vector{commit}));
  }
  void start() { RunningEngine::start(compiled({killing_rule("miner")})); }

  static Principal principal(const std::string& name, std::set<Grant> grants) {
    return {UserName(name), {}, std::move(grants)};
  }
  static ActionId suspended(int number) { return ActionId(std::string(31, '0') + std::to_string(number)); }
  Action stored(const ActionId& id) { return **records_.find(id); }

  const UndoRange range_{.rule = "rule-1", .host = {}, .type = {}, .from = kNoon, .to = kNoon + 2h};
  const Principal alice_ = principal("alice", {{Permission::read, ""}, {Permission::cancel, ""}});
  const Principal reader_ = principal("rita", {{Permission::read, ""}, {Permission::cancel, "kill_process"}});
};

TEST_F(UndoDesk, HasOneActionTakenBackAndSaysByWhich) {
  start();
  const auto undone = engine_->control().decide(alice_, suspended(0), Decision::undo, "by mistake");
  ASSERT_TRUE(undone) << undone.error().text();
  ASSERT_TRUE(eventually([&] { return stored(undone->undone_by).state == State::completed; }));
  const Action order = stored(undone->undone_by);
  EXPECT_EQ(order.type, ActionType::resume_process);
  EXPECT_EQ(order.undoes, suspended(0));
  EXPECT_EQ(order.ground, Ground::manual);
  EXPECT_EQ(engine_->control().decide(alice_, suspended(0), Decision::undo, "").error().code, Errc::conflict);
}

TEST_F(UndoDesk, RecordsWhoLacksThePermission) {
  start();
  EXPECT_EQ(engine_->control().decide(reader_, suspended(0), Decision::undo, "").error().code, Errc::denied);
  EXPECT_EQ(stored(suspended(0)).undone_by, ActionId());
  const auto audit = *engine_->control().audit(alice_, {suspended(0), 10});
  ASSERT_EQ(audit.size(), 1U);
  EXPECT_EQ(audit.front().event, "undo_refused");
  EXPECT_EQ(audit.front().actor.name, "rita");
}

TEST_F(UndoDesk, HasTheInverseApprovedWhereThePolicyDemandsThat) {
  policy_.require_approval = {ActionType::resume_process};
  start();
  const auto undone = engine_->control().decide(alice_, suspended(0), Decision::undo, "");
  ASSERT_TRUE(undone);
  EXPECT_EQ(stored(undone->undone_by).state, State::pending_approval);
  EXPECT_EQ(hands_.executed, 0);
}

TEST_F(UndoDesk, RefusesWhatNothingHereCanUndo) {
  std::erase(actions_.executable, ActionType::resume_process);
  start();
  EXPECT_EQ(engine_->control().decide(alice_, suspended(0), Decision::undo, "").error().text(),
            "this engine has no executor for resume_process, which would undo suspend_process");
  EXPECT_EQ(engine_->control().plan_undo(alice_, range_).error().code, Errc::denied);
}

TEST_F(UndoDesk, ShowsWhatItWouldUndoBeforeItDoes) {
  start();
  const auto plan = engine_->control().plan_undo(alice_, range_);
  ASSERT_TRUE(plan) << plan.error().text();
  ASSERT_EQ(plan->actions.size(), 2U) << "the third is too late";
  EXPECT_EQ(plan->actions.front().id, suspended(1)) << "newest first";
  EXPECT_FALSE(plan->more);
  EXPECT_EQ(hands_.executed, 0);
  const auto answers = engine_->control().undo_all(alice_, range_, plan->digest, "a bad rule");
  ASSERT_TRUE(answers) << answers.error().text();
  ASSERT_EQ(answers->size(), 2U);
  for (const UndoAnswer& answer : *answers) EXPECT_TRUE(answer.answer) << answer.id.value();
  EXPECT_TRUE(eventually([&] { return hands_.executed == 2; }));
  EXPECT_TRUE(engine_->control().plan_undo(alice_, range_)->actions.empty());
  EXPECT_EQ(stored(suspended(2)).undone_by, ActionId());
}

TEST_F(UndoDesk, HasWhatFailedAndMayHoldTakenBackAndNotWhatDidNothing) {
  Commit commit{.partition = Partition(1), .position = {}, .rows = {}, .audit = {}, .dead_letters = {}};
  const auto put = [&](int number, State state, Reason reason) {
    Action action = stored(suspended(number));
    action.state = state;
    action.reason = reason;
    commit.rows.push_back(action);
  };
  put(0, State::failed, Reason::verification_failed);
  put(1, State::failed, Reason::guard_refused);
  ASSERT_TRUE(records_.append(std::vector{commit}));
  start();
  const auto plan = engine_->control().plan_undo(alice_, range_);
  ASSERT_TRUE(plan) << plan.error().text();
  ASSERT_EQ(plan->actions.size(), 1U);
  EXPECT_EQ(plan->actions.front().id, suspended(0));
  const auto answers = engine_->control().undo_all(alice_, range_, plan->digest, "a bad rule");
  ASSERT_TRUE(answers) << answers.error().text();
  EXPECT_TRUE(eventually([&] { return hands_.executed == 1; }));
  EXPECT_EQ(stored(suspended(0)).state, State::failed);
  EXPECT_EQ(engine_->control().decide(alice_, suspended(1), Decision::undo, "").error().what,
            "action " + suspended(1).value() + " failed with guard_refused: nothing was done");
}

TEST_F(UndoDesk, UndoesNothingThatWasNotShown) {
  start();
  const auto plan = engine_->control().plan_undo(alice_, range_);
  ASSERT_TRUE(engine_->control().decide(alice_, suspended(0), Decision::undo, ""));
  EXPECT_EQ(engine_->control().undo_all(alice_, range_, plan->digest, "").error().code, Errc::conflict);
  EXPECT_EQ(stored(suspended(1)).undone_by, ActionId());
}

TEST_F(UndoDesk, NarrowsARangeDown) {
  start();
  const auto found = [&](UndoRange range) {
    return engine_->control().plan_undo(alice_, range)->actions.size();
  };
  UndoRange range = range_;
  range.host = "another";
  EXPECT_EQ(found(range), 0U);
  range = range_;
  range.type = ActionType::kill_process;
  EXPECT_EQ(found(range), 0U);
  range = range_;
  range.rule = "rule-2";
  EXPECT_EQ(found(range), 0U);
  range.rule.clear();
  EXPECT_EQ(engine_->control().plan_undo(alice_, range).error().code, Errc::invalid);
  range = range_;
  range.to = range.from;
  EXPECT_EQ(engine_->control().plan_undo(alice_, range).error().code, Errc::invalid);
}

TEST_F(UndoDesk, FindsWhatIsNeverContainedByNow) {
  Commit commit{.partition = Partition(1), .position = {}, .rows = {}, .audit = {}, .dead_letters = {}};
  for (const auto& [number, program] :
       {std::pair(0, "/opt/pacs/viewer"), std::pair(2, "/opt/pacs/archive")}) {
    Action action = stored(suspended(number));
    action.parameters["executable"] = std::string(program);
    if (number == 0) action.undo_due = kNoon + 24h;
    commit.rows.push_back(action);
  }
  commit.position = StreamPosition{StreamId("detections"), Partition(1), Offset(7)};
  ASSERT_TRUE(records_.append(std::vector{commit}));
  policy_.never.programs = {{"/opt/pacs"}};
  testing::internal::CaptureStderr();
  start();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, testing::HasSubstr(R"("actions":"1","cure":"riposte actions undo --forbidden")"))
      << "what has a time to live is open, and read back";
  const UndoRange forbidden{
      .rule = {}, .host = {}, .type = {}, .from = WallTime(), .to = WallTime::max(), .forbidden = true};
  const auto plan = engine_->control().plan_undo(alice_, forbidden);
  ASSERT_TRUE(plan) << plan.error().text();
  ASSERT_EQ(plan->actions.size(), 2U);
  EXPECT_EQ(plan->actions.front().id, suspended(2));
  ASSERT_TRUE(engine_->control().undo_all(alice_, forbidden, plan->digest, "they are spared"));
  EXPECT_TRUE(eventually([&] { return hands_.executed == 2; }));
  EXPECT_EQ(stored(suspended(1)).undone_by, ActionId());
}

TEST_F(UndoDesk, ShowsNothingToWhomCannotUndoIt) {
  start();
  EXPECT_EQ(engine_->control().plan_undo(reader_, range_).error().code, Errc::denied);
  EXPECT_EQ(engine_->control().undo_all(reader_, range_, "x", "").error().code, Errc::denied);
}

}  // namespace
}  // namespace riposte
