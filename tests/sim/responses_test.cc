// Ordered responses, cooldowns, time to live and dry runs on the whole way of a detection, and under power
// cuts at any point.
#include <random>

#include <gtest/gtest.h>

#include "engine/lifecycle/undo.h"
#include "tests/sim/world.h"
#include "tests/support/action_builder.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kWorlds = RIPOSTE_SIM_WORLDS / 4;

std::string rule_with(const std::string& response) {
  return "title: Miner\nid: miner\nauthor: Ruth Author\nlevel: high\n"
         "detection:\n  selection:\n    process.name: xmrig\n  condition: selection\nresponse:\n" +
         response;
}

const std::string kOrdered =
    "  order: ordered\n  actions:\n    - {action: suspend_process, name: first}\n"
    "    - {action: kill_process, name: second}\n    - {action: kill_process, name: third}\n";

/// Not the order that takes it back, which has the same cause.
Action named(World& world, const std::string& uid, const std::string& name) {
  for (const Action& action : world.actions())
    if (action.cause.event_uid == uid && action.cause.template_name == name && action.undoes.value().empty())
      return action;
  throw std::logic_error("no action " + name + " of " + uid);
}

TEST(AnOrderedResponse, DoesOneThingAfterTheOther) {
  World world({rule_with(kOrdered)}, {}, kNoon);
  world.feed(alert("a", 4711));
  world.settle();
  for (const char* name : {"first", "second", "third"})
    EXPECT_EQ(named(world, "a", name).state, State::completed) << name;
  EXPECT_EQ(world.sequence, (std::vector<std::string>{"first", "second", "third"}));
}

TEST(AnOrderedResponse, PassesOverWhatIsNotSevereEnough) {
  World world({rule_with("  order: ordered\n  actions:\n    - {action: suspend_process, name: first}\n"
                         "    - {action: kill_process, name: second, minimum_severity: critical}\n"
                         "    - {action: kill_process, name: third}\n")},
              {}, kNoon);
  world.feed(alert("a", 4711, "high"));
  world.settle();
  EXPECT_EQ(world.actions().size(), 2U);
  EXPECT_EQ(named(world, "a", "third").chain.after, named(world, "a", "first").id);
  EXPECT_EQ(named(world, "a", "third").state, State::completed);
}

TEST(AnOrderedResponse, WaitsForThePersonThatOneOfItsActionsNeeds) {
  World world({rule_with("  order: ordered\n  actions:\n"
                         "    - {action: suspend_process, name: first, require_approval: true}\n"
                         "    - {action: kill_process, name: second, require_approval: true}\n")},
              {}, kNoon);
  world.feed(alert("a", 4711));
  world.settle();
  const ActionId second = named(world, "a", "second").id;
  EXPECT_EQ(world.decide(second, Decision::approve, "Ruth Author").error().code, Errc::denied);
  ASSERT_TRUE(world.decide(second, Decision::approve, "bob"));
  world.settle();
  EXPECT_TRUE(world.effects.empty()) << "approved, but not its turn";
  ASSERT_TRUE(world.decide(named(world, "a", "first").id, Decision::approve, "bob"));
  world.settle();
  EXPECT_EQ(world.sequence, (std::vector<std::string>{"first", "second"}));
}

const std::string kSuspendedForAPerson =
    "  order: ordered\n  actions:\n    - {action: suspend_process, name: first}\n"
    "    - {action: kill_process, name: second, require_approval: true}\n";

TEST(AnOrderedResponse, ResumesWhatItSuspendedForAKillThatIsRejected) {
  World world({rule_with(kSuspendedForAPerson)}, {}, kNoon);
  world.feed(alert("a", 4711));
  world.settle();
  world.advance(60s);
  world.settle();
  ASSERT_EQ(named(world, "a", "first").verification, Verification::passed);
  ASSERT_TRUE(world.decide(named(world, "a", "second").id, Decision::reject, "bob"));
  world.settle();
  const Action undo = **world.records().find(named(world, "a", "first").undone_by);
  EXPECT_EQ(undo.type, ActionType::resume_process);
  EXPECT_EQ(undo.state, State::completed);
  EXPECT_EQ(world.effects[undo.id], 1);
}

TEST(AnOrderedResponse, ResumesWhatItSuspendedForAKillThatNobodyAnswers) {
  Policy policy;
  policy.approval_ttl = 10min;
  World world({rule_with(kSuspendedForAPerson)}, policy, kNoon);
  world.feed(alert("a", 4711));
  world.settle();
  world.advance(60s);
  world.settle();
  EXPECT_EQ(world.actions().size(), 2U);
  world.restart();
  world.advance(9min);
  world.settle();
  ASSERT_EQ(world.actions().size(), 3U);
  EXPECT_EQ(world.actions().front().type, ActionType::resume_process);
  EXPECT_EQ(world.actions().front().state, State::completed);
}

TEST(ACooldown, MakesOneActionOfAFlood) {
  World world({rule_with("  - {action: kill_process, cooldown: 10m, deduplicate_by: [host.name]}\n")}, {},
              kNoon);
  for (int i = 0; i < 100; ++i) world.feed(alert("uid-" + std::to_string(i), 5 + i));
  world.settle();
  ASSERT_EQ(world.actions().size(), 1U);
  world.advance(10min);
  world.settle();
  EXPECT_EQ(world.actions().front().swallowed, 99U);
  world.feed(alert("later", 9999));
  world.settle();
  EXPECT_EQ(world.actions().size(), 2U);
}

TEST(ATimeToLive, ResumesWhatWasSuspended) {
  World world({rule_with("  - {action: suspend_process, ttl: 4h}\n")}, {}, kNoon);
  world.feed(alert("a", 4711));
  for (const Duration step : {Duration(0), Duration(60s), Duration(4h - 61s)}) {
    world.advance(step);
    world.settle();
    EXPECT_EQ(world.actions().size(), 1U);
  }
  world.restart();
  world.advance(1s);
  world.settle();
  ASSERT_EQ(world.actions().size(), 2U);
  const Action undo = world.actions().front();
  EXPECT_EQ(undo.type, ActionType::resume_process);
  EXPECT_EQ(undo.state, State::completed);
  EXPECT_EQ(undo.ground, Ground::automatic_undo);
  EXPECT_EQ(world.actions().back().undone_by, undo.id);
}

TEST(ATimeToLive, ResumesWhatFailedAndIsStoppedAllTheSame) {
  for (const bool disproved : {true, false}) {
    World world({rule_with("  - {action: suspend_process, ttl: 4h}\n")}, {}, kNoon);
    if (!disproved)
      world.outcome = [](const Action& order) {
        return order.type == ActionType::suspend_process ? Outcome::Kind::timeout : Outcome::Kind::ok;
      };
    world.feed(alert("a", 4711));
    world.turn();
    if (disproved) world.proofs[world.action("a").id] = Proof::Kind::disproven;
    world.settle();
    world.advance(60s);
    world.settle();
    ASSERT_EQ(world.action("a").state, State::failed);
    ASSERT_EQ(world.actions().size(), 1U);
    world.restart();
    world.advance(4h);
    world.settle();
    ASSERT_EQ(world.actions().size(), 2U);
    const Action undo = **world.records().find(world.actions().back().undone_by);
    EXPECT_EQ(undo.type, ActionType::resume_process);
    EXPECT_EQ(undo.state, State::completed);
    EXPECT_EQ(undo.ground, Ground::automatic_undo);
  }
}

TEST(ATimeToLive, KeepsNoLaneBusyAndNoCountWrongOnceWhatIsInDoubtIsCalledOff) {
  World world({rule_with("  - {action: suspend_process, ttl: 4h}\n")}, {}, kNoon);
  world.outcome = [](const Action& order) {
    return order.type == ActionType::suspend_process ? Outcome::Kind::unknown : Outcome::Kind::ok;
  };
  world.feed(alert("a", 4711));
  world.settle();
  const ActionId id = world.action("a").id;
  ASSERT_TRUE(world.action("a").in_doubt);
  ASSERT_TRUE(world.decide(id, Decision::cancel, "bob"));
  world.settle();
  EXPECT_EQ(world.partition().in_doubt_count(), 0U);
  world.restart();
  EXPECT_EQ(world.partition().in_doubt_count(), 0U);
  world.advance(4h);
  world.settle();
  EXPECT_EQ((*world.records().find(world.actions().back().undone_by))->state, State::completed);
}

TEST(ADryRun, IsOnRecordAndTouchesNothing) {
  Policy policy;
  policy.dry_run = true;
  World world({rule_with(kOrdered)}, policy, kNoon);
  world.feed(alert("a", 4711));
  world.settle();
  ASSERT_EQ(world.actions().size(), 3U);
  for (const Action& action : world.actions()) EXPECT_EQ(action.reason, Reason::dry_run);
  EXPECT_TRUE(world.effects.empty());
}

TEST(ADryRun, HoldsUpNothingBehindIt) {
  World world({rule_with("  order: ordered\n  actions:\n"
                         "    - {action: suspend_process, name: first, dry_run: true}\n"
                         "    - {action: kill_process, name: second}\n")},
              {}, kNoon);
  world.feed(alert("a", 4711));
  world.settle();
  EXPECT_EQ(named(world, "a", "second").state, State::completed);
  EXPECT_EQ(world.effects.size(), 1U);
}

/// Lets the power fail at random points, and time pass.
class Ordeals : public testing::Test {
 protected:
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  bool turn(World& world) {
    const bool survived = world.turn(static_cast<PowerCut>(pick(8) < 5 ? 0 : 1 + pick(4)));
    if (!survived) world.restart();
    return survived;
  }
  std::mt19937 random_{20260310};  // NOLINT(cert-msc51-cpp): the same ordeals in every run
};

/// Nothing of a chain ran whose predecessor had not completed by then, and nothing was left hanging.
void judge_chains(World& world) {
  EXPECT_TRUE(world.overtook.empty());
  EXPECT_TRUE(world.unrecorded.empty());
  for (const Action& action : world.actions()) {
    EXPECT_TRUE(is_closed(action)) << action.cause.template_name << " " << name_of(action.state);
    EXPECT_LE(world.effects[action.id], 1);
    if (action.chain.after.value().empty()) continue;
    const Action before = **world.records().find(action.chain.after);
    const bool went_on = before.state == State::completed || before.reason == Reason::verification_failed;
    EXPECT_EQ(action.reason == Reason::predecessor_ended, !went_on);
  }
}

TEST_F(Ordeals, NeverLetAnActionOvertakeTheOneBeforeIt) {
  for (unsigned number = 0; number < kWorlds; ++number) {
    SCOPED_TRACE("world " + std::to_string(number));
    World world({rule_with(kOrdered)}, {}, kNoon);
    world.outcome = [](const Action& order) {
      const bool fails = order.cause.event_uid.back() % 3 == 0 && order.cause.template_name == "second";
      return fails ? Outcome::Kind::error : Outcome::Kind::ok;
    };
    for (int round = 0; round < 25; ++round) {
      if (pick(2) == 0) world.feed(alert("uid-" + std::to_string(pick(8)), 4711));
      turn(world);
      if (pick(5) == 0) world.advance(std::chrono::seconds(pick(200)));
    }
    for (int i = 0; i < 2; ++i) {
      world.settle();
      world.advance(31min);  // the suspensions are over, and their ends are proved
    }
    world.settle();
    judge_chains(world);
    if (HasFailure()) return;
  }
}

TEST_F(Ordeals, NeverLetACooldownMakeTwoActionsOrNone) {
  for (unsigned number = 0; number < kWorlds; ++number) {
    SCOPED_TRACE("world " + std::to_string(number));
    World world({rule_with("  - {action: kill_process, cooldown: 10m, deduplicate_by: [host.name]}\n")}, {},
                kNoon);
    for (int round = 0; round < 40; ++round) {
      world.feed(alert("uid-" + std::to_string(round), 4711 + round));
      if (turn(world)) {
        EXPECT_GT(world.actions().front().created_at, world.now() - 10min) << "a match came to nothing";
      }
      world.advance(std::chrono::seconds(pick(300)));
    }
    world.settle();
    const auto actions = world.actions();  // newest first
    for (std::size_t i = 1; i < actions.size(); ++i)
      EXPECT_GE(actions[i - 1].created_at - actions[i].created_at, 10min);
    if (HasFailure()) return;
  }
}

/// Whoever follows `undone_by` from any suspension comes to one resumption, which was carried out.
void judge_undos(World& world) {
  EXPECT_TRUE(world.unrecorded.empty());
  for (const Action& action : world.actions()) {
    EXPECT_TRUE(is_closed(action)) << name_of(action.type) << " " << name_of(action.state);
    EXPECT_LE(world.effects[action.id], 1);
    if (action.type != ActionType::suspend_process || remains_of(action) != Remains::the_effect) continue;
    Action last = action;
    while (last.type == ActionType::suspend_process) {
      const auto next = *world.records().find(last.undone_by);
      ASSERT_TRUE(next) << "never taken back";
      EXPECT_EQ(next->target, action.target);
      EXPECT_TRUE(next->type != last.type || *next->undo_due >= *last.undo_due);
      last = *next;
    }
    EXPECT_EQ(last.type, ActionType::resume_process);
    EXPECT_EQ(last.state == State::completed, world.effects[last.id] == 1);
  }
}

TEST_F(Ordeals, NeverLeaveAnythingSuspendedForGoodNorLetItGoTwice) {
  for (unsigned number = 0; number < kWorlds; ++number) {
    SCOPED_TRACE("world " + std::to_string(number));
    World world({rule_with("  - {action: suspend_process, ttl: 10m}\n")}, {}, kNoon);
    world.outcome = [](const Action& order) {
      const bool slow = order.type == ActionType::suspend_process && order.cause.event_uid.back() % 3 == 0;
      return slow ? Outcome::Kind::timeout : Outcome::Kind::ok;
    };
    for (int round = 0; round < 40; ++round) {
      if (round < 20 && pick(2) == 0)
        world.feed(alert("uid-" + std::to_string(round), 4711 + static_cast<int>(pick(3))));
      turn(world);
      world.advance(std::chrono::seconds(pick(60)));
    }
    for (int i = 0; i < 4; ++i) {
      world.settle();
      world.advance(10min);
    }
    world.settle();
    judge_undos(world);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace riposte::test
