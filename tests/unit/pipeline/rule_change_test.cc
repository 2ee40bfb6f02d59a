#include <array>
#include <map>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/running_engine.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

/// Rules that are changed under the engine.
class ChangingRules : public RunningEngine {
 protected:
  ChangingRules() { policy_.verify_after = 1h; }

  /// Rules "<version>1" … "<version>N"; all of them kill what has the process name.
  std::shared_ptr<const RuleSet> rule_set(const std::string& version, int count,
                                          const std::string& process = "xmrig",
                                          const std::string& author = "Ruth") const {
    std::vector<Rule> rules;
    for (int i = 1; i <= count; ++i)
      rules.push_back(killing_rule(version + std::to_string(i), process, author));
    return compiled(std::move(rules));
  }

  bool all_is_read() {
    const auto position = *records_.position(stream_);
    return position && position->value() == static_cast<std::int64_t>(streams_.size_of(stream_));
  }
  Action action_of(const std::string& uid) {
    for (const Action& action : actions())
      if (action.cause.event_uid == uid) return action;
    return {};
  }
};

TEST_F(ChangingRules, JudgeWhatComesAfterTheChange) {
  start(rule_set("old", 1));
  streams_.append(stream_, detection_of("a", 11));
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  engine_->use(rule_set("new", 1));
  streams_.append(stream_, detection_of("b", 12));
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  engine_->use(rule_set("other", 3, "sshd"));
  streams_.append(stream_, detection_of("c", 13));
  streams_.append(stream_, detection_of("d", 14, "sshd"));
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  std::multiset<std::string> made;
  for (const Action& action : actions())
    made.insert(action.cause.event_uid + " " + action.cause.rule.value());
  EXPECT_EQ(made, (std::multiset<std::string>{"a old1", "b new1", "d other1", "d other2", "d other3"}));
}

TEST_F(ChangingRules, GiveEveryEventTheAnswerOfOneSetUnderLoad) {
  constexpr int kEvents = 3'000;
  constexpr int kLate = 300;
  start(rule_set("a", 3));
  const std::array sets{rule_set("b", 2), rule_set("a", 3)};
  const auto feed = [this](int event) {
    streams_.append(stream_, detection_of(std::to_string(event), 10 + event));
  };
  feed(0);
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  engine_->use(sets[0]);
  feed(1);
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  std::jthread changing([&](const std::stop_token& stop) {
    for (std::size_t turn = 0; !stop.stop_requested(); ++turn) engine_->use(sets[turn % sets.size()]);
  });
  for (int i = 2; i < kEvents; ++i) {
    feed(i);
    if (i % 100 == 0) std::this_thread::sleep_for(1ms);  // many batches
  }
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  changing.request_stop();
  changing.join();
  engine_->use(rule_set("c", 1));
  for (int i = kEvents; i < kEvents + kLate; ++i) feed(i);
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));

  std::map<std::string, std::set<std::string>> answers;
  for (const Action& action : actions()) answers[action.cause.event_uid].insert(action.cause.rule.value());
  std::map<std::set<std::string>, int> counts;
  for (const auto& [uid, answer] : answers) ++counts[answer];
  const int of_a = counts[{"a1", "a2", "a3"}];
  const int of_b = counts[{"b1", "b2"}];
  EXPECT_GT(of_a, 0);
  EXPECT_GT(of_b, 0);
  EXPECT_EQ(of_a + of_b, kEvents);
  EXPECT_EQ(counts[{"c1"}], kLate);
  EXPECT_EQ(counts.size(), 3U) << "an answer that no set gives";
}

TEST_F(ChangingRules, LeaveAnOfferToThoseWhoDidNotWriteTheRuleThatMadeIt) {
  policy_.require_approval = {ActionType::kill_process};
  const auto old_set = rule_set("r", 1);
  start(old_set);
  streams_.append(stream_, detection_of("a", 11));
  ASSERT_TRUE(eventually([&] { return actions().size() == 1; }));
  engine_->use(rule_set("r", 1, "xmrig", "Somebody Else"));
  const Action offer = action_of("a");
  EXPECT_EQ(offer.state, State::pending_approval);
  EXPECT_EQ(offer.cause.rule_digest, old_set->rule(RuleIndex(0)).digest) << "the version that made it";
  const std::set<Grant> grants{{Permission::read, ""}, {Permission::approve, ""}};
  const Principal ruth{UserName("ruth"), {}, grants};
  const Principal somebody_else{UserName("somebody else"), {}, grants};
  EXPECT_EQ(engine_->control().decide(ruth, offer.id, Decision::approve, "").error().code, Errc::denied);
  ASSERT_TRUE(engine_->control().decide(somebody_else, offer.id, Decision::approve, ""));
  EXPECT_TRUE(eventually([&] { return action_of("a").state == State::completed; }));
}

TEST_F(ChangingRules, AreGivenUpWhenTheyAreReplaced) {
  auto old_set = rule_set("old", 1);
  const std::weak_ptr<const RuleSet> old_rules = old_set;
  start(std::move(old_set));
  streams_.append(stream_, detection_of("a", 11));
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  engine_->use(rule_set("new", 1));
  EXPECT_TRUE(eventually([&] { return old_rules.expired(); }));
}

}  // namespace
}  // namespace riposte
