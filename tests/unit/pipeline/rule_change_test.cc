#include <array>
#include <map>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/pipeline/engine.h"
#include "rules/language/reader.h"
#include "rules/language/schema_reader.h"
#include "tests/support/fake_source.h"
#include "tests/support/memory_records.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

class ObedientHands final : public Executor, public Verifier {
 public:
  Outcome execute(const Action&, std::stop_token) override { return {Outcome::Kind::ok, "done", {}}; }
  Probe probe(const Action&) override { return {}; }
  Result<Preview> preview(const ActionRequest&) override { return Preview{}; }
  Proof check(const Action&, std::stop_token) override { return {Proof::Kind::proven, "looked"}; }
};

class ForgetfulSink final : public DeadLetterSink {
 public:
  Result<void> deliver(std::span<const DeadLetter>) override { return {}; }
};

std::string seen(const std::string& uid, int pid, const std::string& process = "xmrig") {
  return R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":"h"},"process":{"name":")" + process +
         R"(","pid":)" + std::to_string(pid) + R"(},"kibana.alert.uuid":")" + uid + R"("})";
}

/// The engine with its threads, and rules that are changed under it.
class ChangingRules : public testing::Test {
 protected:
  ChangingRules() {
    actions_.executable = {ActionType::kill_process};
    policy_.verify_after = 1h;
    source_.assign(stream_);
  }

  /// Rules "<version>1" … "<version>N"; all of them kill what has the process name.
  std::shared_ptr<const RuleSet> rule_set(const std::string& version, int count,
                                          const std::string& process = "xmrig",
                                          const std::string& author = "Ruth") {
    std::vector<Rule> rules;
    for (int i = 1; i <= count; ++i) {
      const std::string id = version + std::to_string(i);
      Diagnostics diagnostics("rule.yml");
      const std::map<std::string, ActiveHours> no_hours;
      auto rule = read_rule(
          fmt::format(
              "title: {0}\nid: {0}\nauthor: {1}\nlevel: high\n"
              "detection: {{s: {{process.name: {2}}}, condition: s}}\nresponse: [{{action: kill_process}}]\n",
              id, author, process),
          diagnostics, {actions_, no_hours});
      rules.push_back(std::move(*rule));
    }
    return RuleSet::compile(std::move(rules), {*shipped_schema("elastic_security_alert")}).rules;
  }

  void start(std::shared_ptr<const RuleSet> rules) {
    engine_ = *Engine::start({.workers = 2, .limits = {}, .intake = {.free_bytes_min = 1}, .own_host = "h"},
                             {clock_,
                              records_,
                              source_,
                              sink_,
                              {{ActionType::kill_process, {&hands_, &hands_}}},
                              actions_,
                              policy_,
                              std::move(rules),
                              metrics_});
  }

  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 20'000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }

  bool all_is_read() {
    const auto position = *records_.position(stream_);
    return position && position->value() == static_cast<std::int64_t>(streams_.size_of(stream_));
  }
  std::vector<Action> actions() { return *records_.list({.limit = 100'000}); }
  Action action_of(const std::string& uid) {
    for (const Action& action : actions())
      if (action.cause.event_uid == uid) return action;
    return {};
  }

  const StreamId stream_{"fake"};
  SystemClock clock_;
  Metrics metrics_;
  MemoryRecords records_;
  FakeStreams streams_;
  FakeSource source_{streams_, [this](const StreamId& stream) { return records_.position(stream); }};
  ForgetfulSink sink_;
  ObedientHands hands_;
  ActionCatalogue actions_;
  Policy policy_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(ChangingRules, JudgeWhatComesAfterTheChange) {
  start(rule_set("old", 1));
  streams_.append(stream_, seen("a", 11));
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  engine_->use(rule_set("new", 1));
  streams_.append(stream_, seen("b", 12));
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  engine_->use(rule_set("other", 3, "sshd"));
  streams_.append(stream_, seen("c", 13));
  streams_.append(stream_, seen("d", 14, "sshd"));
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
  const auto feed = [this](int event) { streams_.append(stream_, seen(std::to_string(event), 10 + event)); };
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
  streams_.append(stream_, seen("a", 11));
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
  streams_.append(stream_, seen("a", 11));
  ASSERT_TRUE(eventually([&] { return all_is_read(); }));
  engine_->use(rule_set("new", 1));
  EXPECT_TRUE(eventually([&] { return old_rules.expired(); }));
}

}  // namespace
}  // namespace riposte
