#include <condition_variable>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/running_engine.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

/// One host, which is away at first; what it is given it answers from a thread of its own.
class OneHost final : public RemoteHands {
 public:
  Route route(const Action& action) const override {
    const std::scoped_lock lock(mutex_);
    if (connected_) return {Reach::connected, "m-1", {{kBoundHost, "m-1"}}, ""};
    (void)action;
    return {Reach::offline, "m-1", {}, "agent h is away"};
  }
  void give(Effect effect, Answer answer) override {
    const std::scoped_lock lock(mutex_);
    ++given;
    threads_.emplace_back([effect = std::move(effect), answer = std::move(answer)] {
      const std::uint32_t attempt = action_of(effect).attempt;
      if (std::holds_alternative<Verify>(effect)) return answer(Checked{{Proof::Kind::proven, "looked"}});
      if (std::holds_alternative<AskExecutor>(effect)) return answer(Probed{attempt, {}});
      answer(Reported{attempt, {Outcome::Kind::ok, "done there", {}}});
    });
  }
  void recorded(const Action& action) override {
    const std::scoped_lock lock(mutex_);
    recorded_.insert(std::string(name_of(action.state)));
  }
  Result<std::optional<Preview>> preview(const ActionRequest&) override {
    return Preview{"there", {}, "", {}};
  }
  void on_connected(Connected tell) override {
    const std::scoped_lock lock(mutex_);
    tell_ = std::move(tell);
  }

  void connect() {
    Connected tell;
    {
      const std::scoped_lock lock(mutex_);
      connected_ = true;
      tell = tell_;
    }
    tell("m-1");
  }
  std::set<std::string> recorded_states() const {
    const std::scoped_lock lock(mutex_);
    return recorded_;
  }

  std::atomic<int> given{0};

 private:
  mutable std::mutex mutex_;
  bool connected_ = false;
  Connected tell_;
  std::set<std::string> recorded_;
  std::vector<std::jthread> threads_;
};

class EngineOfAFleet : public RunningEngine {
 protected:
  EngineOfAFleet() {
    policy_.verify_after = 10ms;
    remote_ = &host_;
  }
  void TearDown() override { engine_.reset(); }

  OneHost host_;
};

TEST_F(EngineOfAFleet, WaitsForAHostAndSeesItsOrdersThrough) {
  constexpr int kDetections = 50;
  for (int i = 0; i < kDetections; ++i)
    streams_.append(stream_, detection_of("uid-" + std::to_string(i), i + 2));
  start(compiled({killing_rule("miner")}));
  ASSERT_TRUE(eventually([&] { return actions().size() == kDetections; }));
  EXPECT_EQ(host_.given, 0);
  host_.connect();
  const auto proven = [&] {
    int count = 0;
    for (const Action& action : actions()) count += action.verification == Verification::passed ? 1 : 0;
    return count;
  };
  ASSERT_TRUE(eventually([&] { return proven() == kDetections; })) << proven();
  EXPECT_EQ(hands_.executed, 0) << "nothing of it is done here";
  EXPECT_EQ(actions().front().detail, "looked");
  EXPECT_EQ(actions().front().evidence.at(kBoundHost), "m-1");
  EXPECT_TRUE(
      eventually([&] { return host_.recorded_states() == std::set<std::string>{"completed", "executing"}; }));
}

TEST_F(EngineOfAFleet, CountsWhatWaitsForHostsThatAreAway) {
  constexpr int kDetections = 20;
  for (int i = 0; i < kDetections; ++i)
    streams_.append(stream_, detection_of("uid-" + std::to_string(i), i + 2));
  start(compiled({killing_rule("miner")}));
  const auto says = [&](int count) {
    const std::string line = "riposte_actions_parked{partition=\"1\"} " + std::to_string(count) + "\n";
    return eventually([&] { return metrics_.text().find(line) != std::string::npos; });
  };
  EXPECT_TRUE(says(kDetections)) << metrics_.text();
  host_.connect();
  EXPECT_TRUE(says(0)) << metrics_.text();
}

TEST_F(EngineOfAFleet, ShowsWhatAHostWouldDo) {
  start(compiled({killing_rule("miner")}));
  const Principal alice{UserName("alice"), {}, {{Permission::submit, ""}}};
  Submission kill;
  kill.type = ActionType::kill_process;
  kill.parameters = {{"pid", std::int64_t{7}}};
  const auto preview = engine_->control().preview(alice, kill);
  ASSERT_TRUE(preview) << preview.error().text();
  EXPECT_EQ(preview->command.summary, "there");
}

}  // namespace
}  // namespace riposte
