/// What every executor promises its port, as tests: one instance of ExecutorCase per executor.
///
/// Include it in one test file of the room and instantiate:
///     INSTANTIATE_TEST_SUITE_P(Kill, ExecutorContract, ::testing::Values(ExecutorCase{"kill",
///     make_kill_world}));
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "engine/ports/executor.h"

namespace riposte::test {

/// An executor, an order that it can carry out, and an independent eye on what happened.
class ExecutorWorld {
 public:
  virtual ~ExecutorWorld() = default;
  virtual Executor& executor() = 0;
  virtual Action order() = 0;
  /// How often the effect of order() has come about.
  virtual int effects() = 0;
};

struct ExecutorCase {
  std::string name;
  std::function<std::unique_ptr<ExecutorWorld>()> make;
};
inline void PrintTo(const ExecutorCase& value, std::ostream* out) { *out << value.name; }

class ExecutorContract : public ::testing::TestWithParam<ExecutorCase> {
 protected:
  std::unique_ptr<ExecutorWorld> world_ = GetParam().make();
};

inline bool is_success(const Outcome& outcome) { return is_success(outcome.kind); }

TEST_P(ExecutorContract, CarriesOutAnOrder) {
  const Outcome outcome = world_->executor().execute(world_->order(), {});
  EXPECT_EQ(outcome.kind, Outcome::Kind::ok) << outcome.detail;
  EXPECT_EQ(world_->effects(), 1);
}

TEST_P(ExecutorContract, TheSameOrderExecutedTwiceHasOneEffectAndSucceedsTwice) {
  const Action order = world_->order();
  EXPECT_TRUE(is_success(world_->executor().execute(order, {})));
  const Outcome again = world_->executor().execute(order, {});
  EXPECT_TRUE(is_success(again)) << again.detail;
  EXPECT_EQ(world_->effects(), 1);
}

TEST_P(ExecutorContract, APreviewHasNoEffectAndSaysWhatWouldHappen) {
  const auto preview = world_->executor().preview(world_->order());
  ASSERT_TRUE(preview) << preview.error().text();
  EXPECT_FALSE(preview->summary.empty());
  EXPECT_EQ(world_->effects(), 0);
}

TEST_P(ExecutorContract, AnOrderThatNeverRanIsProbedAsSuchWithoutAnEffect) {
  EXPECT_EQ(world_->executor().probe(world_->order()).kind, Probe::Kind::never_ran);
  EXPECT_EQ(world_->effects(), 0);
}

TEST_P(ExecutorContract, AnOrderThatRanIsProbedAsASuccess) {
  const Action order = world_->order();
  world_->executor().execute(order, {});
  const Probe probe = world_->executor().probe(order);
  EXPECT_EQ(probe.kind, Probe::Kind::ran) << probe.detail;
  EXPECT_TRUE(is_success(probe.outcome));
  EXPECT_EQ(world_->effects(), 1);
}

TEST_P(ExecutorContract, AnOrderWithoutItsParametersIsRefusedInPreviewAndExecutionAlike) {
  Action order = world_->order();
  order.parameters.clear();
  EXPECT_FALSE(world_->executor().preview(order));
  EXPECT_EQ(world_->executor().execute(order, {}).kind, Outcome::Kind::error);
  EXPECT_EQ(world_->effects(), 0);
}

TEST_P(ExecutorContract, AnOrderOfAnotherTypeIsUnsupported) {
  Action order = world_->order();
  order.type = ActionType::isolate_host;
  EXPECT_EQ(world_->executor().execute(order, {}).kind, Outcome::Kind::unsupported);
  EXPECT_EQ(world_->effects(), 0);
}

inline std::string case_name(const ::testing::TestParamInfo<ExecutorCase>& info) { return info.param.name; }

}  // namespace riposte::test
