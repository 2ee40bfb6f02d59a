/// A host whose processes and connections are a test's own words: the steward on it, and an engine that
/// signs.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "agent/hands/steward.h"
#include "tests/support/order_samples.h"
#include "tests/support/temporary_directory.h"

namespace riposte::agent {

using test::action_number;

inline constexpr std::uint8_t kEngineKey = 1;
inline constexpr std::uint8_t kHostKey = 5;
inline const std::string kThisBoot = "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa";

inline LocalPolicy permissive() {
  LocalPolicy policy;
  policy.allow = test::every_verb();
  policy.management = {{*parse_address("192.0.2.5"), 7443}};
  policy.rates = {};
  return policy;
}

inline Authority authority(LocalPolicy policy = permissive()) {
  return {{"north", test::sample_order().machine_id, 3},
          test::ring_of(test::key_of(kEngineKey)),
          std::move(policy),
          test::key_of(kHostKey)};
}

inline order::Order numbered(int number,
                             order::Command command = order::BlockIp{*parse_address("203.0.113.9")}) {
  order::Order order = test::sample_order(std::move(command));
  order.action = action_number(number);
  return order;
}

inline order::Order asking(order::Purpose purpose, int number = 1) {
  order::Order order = numbered(number);
  order.purpose = purpose;
  return order;
}

inline order::Order next_attempt(order::Order order) {
  ++order.attempt;
  return order;
}

class StagedWorld final : public World {
 public:
  struct Began {
    TaskId id;
    Task task;
  };
  bool start(TaskId id, const Task& task, const Scene& scene) override {
    if (no_processes) return false;
    policy_of_last = scene.policy;
    began.push_back({id, task});
    return true;
  }
  void go(TaskId id) override { gone_on.insert(id); }
  void kill(TaskId id) override { killed.push_back(id); }
  void send(const order::Frame& frame) override {
    (frame.type == order::FrameType::report ? sent : told).push_back(frame);
  }
  bool send_to_link(const order::Frame& frame) override {
    if (linked) to_link.push_back(frame);
    return linked;
  }
  order::Nonce new_nonce() override { return order::Nonce{++nonces_}; }
  std::vector<std::int32_t> own() override { return {1}; }

  std::vector<Began> began;
  LocalPolicy policy_of_last;  ///< of the host, when the last one began
  std::set<TaskId> gone_on;
  std::vector<TaskId> killed;
  std::vector<order::Frame> sent;  ///< reports
  std::vector<order::Frame> told;  ///< all else that is for everybody
  std::vector<order::Frame> to_link;
  bool linked = true;
  bool no_processes = false;

 private:
  std::uint8_t nonces_ = 0;
};

class OnStage : public ::testing::Test {
 protected:
  OnStage() { restart(); }

  /// As after a crash: a new program on the same journal, the world as a new one.
  void restart(LocalPolicy policy = permissive()) {
    begin_anew(std::move(policy));
    end_what_starts_begin_with();
  }
  void begin_anew(LocalPolicy policy = permissive()) {
    steward_.reset();
    world_ = std::make_unique<StagedWorld>();
    auto keeper = Keeper::open(folder_.path() / "journal", authority(std::move(policy)));
    ASSERT_TRUE(keeper) << keeper.error().text();
    steward_ = std::make_unique<Steward>(*std::move(keeper), *world_);
    ASSERT_TRUE(steward_->begin(now()));
  }
  void end_what_starts_begin_with() { end_all({TaskKind::mend, TaskKind::sweep}); }
  void end_all(const std::vector<TaskKind>& kinds) {
    for (std::size_t at = 0; at < world_->began.size(); ++at)
      if (std::ranges::find(kinds, world_->began[at].task.kind) != kinds.end()) {
        const TaskId id = world_->began[at].id;
        world_->began.erase(world_->began.begin() + static_cast<std::ptrdiff_t>(at--));
        ASSERT_TRUE(steward_->take_end(id, Ending{{ResultWord::ok, "0", {}}}, now()));
      }
  }

  Instant now() const { return {test::kIssued + after_, kThisBoot, std::chrono::hours(1) + after_}; }
  void pass(Duration time) {
    after_ += time;
    ASSERT_TRUE(steward_->tick(now()));
    end_all({TaskKind::mend});
  }

  void order(const order::Order& order, std::uint8_t key = kEngineKey) {
    ASSERT_TRUE(steward_->take_order(encode(*sign(order, test::key_of(key))), now()));
  }
  TaskId last() const { return world_->began.empty() ? 0 : world_->began.back().id; }
  TaskKind last_kind() const { return world_->began.back().task.kind; }
  void plan(TaskId id, const std::string& plan = "as it was") {
    ASSERT_TRUE(steward_->take_plan(id, plan, now()));
  }
  void end(TaskId id, ResultWord word = ResultWord::ok, const std::string& detail = "done") {
    ASSERT_TRUE(steward_->take_end(id, Ending{{word, detail, {}}}, now()));
  }
  void die(TaskId id) { ASSERT_TRUE(steward_->take_end(id, {}, now())); }
  /// Up to where its child acts.
  void start(const order::Order& what) {
    order(what);
    plan(last());
  }
  void carry_out(const order::Order& what) {
    start(what);
    end(last());
  }
  void welcome() {
    ASSERT_TRUE(steward_->take_welcome(encode(order::Welcome{"north", {7}, test::kIssued}), now()));
  }
  /// Answers the last question that went to the engine.
  void pong(std::uint8_t key = kEngineKey) {
    ASSERT_FALSE(world_->to_link.empty());
    ASSERT_EQ(world_->to_link.back().type, order::FrameType::ping);
    const auto asked = order::decode_ping(world_->to_link.back().body);
    const order::Pong answer{"north", test::sample_order().machine_id, *asked, now().wall};
    ASSERT_TRUE(steward_->take_pong(encode(sign(answer, test::key_of(key))), now()));
  }

  static order::Report opened(const order::Frame& frame) {
    const auto sealed = order::decode_signed<order::Domain::report>(frame.body);
    const auto report = order::open_report(*sealed, test::ring_of(test::key_of(kHostKey)), test::kIssued);
    EXPECT_TRUE(report) << report.error().text();
    return *report;
  }
  order::Report last_report() const { return opened(world_->sent.back()); }
  std::size_t reports() const { return world_->sent.size(); }
  const Ledger& ledger() const { return steward_->keeper().ledger(); }

  test::TemporaryDirectory folder_;
  std::unique_ptr<StagedWorld> world_;
  std::unique_ptr<Steward> steward_;
  Duration after_ = std::chrono::seconds(1);
};

}  // namespace riposte::agent
