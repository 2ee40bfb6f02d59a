#include "engine/pipeline/guards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/pipeline/round_metrics.h"
#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

class Guards : public testing::Test {
 protected:
  Verdict verdict() { return judge(wanted_, request_, policy_, running_ ? &*running_ : nullptr, kNoon); }

  ActionTemplate wanted_;
  ActionRequest request_ = some_request();
  Policy policy_;
  std::optional<Cooldown> running_;
};

TEST_F(Guards, LetAnUnguardedResponseAct) {
  EXPECT_EQ(verdict().kind, Verdict::Kind::acts);
  EXPECT_EQ(verdict().why, "");
}

TEST_F(Guards, NameTheSeverityThatIsTooLow) {
  wanted_.name = "kill_process";
  wanted_.minimum_severity = Severity::critical;
  EXPECT_EQ(verdict().kind, Verdict::Kind::held_back);
  EXPECT_EQ(verdict().guard, Guard::minimum_severity);
  EXPECT_EQ(verdict().why, "severity high is below the minimum_severity critical of 'kill_process'");
}

TEST_F(Guards, NameTheActionThatOpenedTheCooldown) {
  running_ = Cooldown{"key", Partition(1), ActionId("opener"), kNoon + 1min};
  EXPECT_EQ(verdict().guard, Guard::cooldown);
  EXPECT_EQ(verdict().why, "action opener opened a cooldown until 2026-03-10T12:01:00.000Z");
  running_->until = kNoon;
  EXPECT_EQ(verdict().kind, Verdict::Kind::acts);
}

TEST_F(Guards, SayWhyItWaitsForAPerson) {
  policy_.auto_response[request_.type] = {Severity::critical, {}};
  EXPECT_EQ(verdict().kind, Verdict::Kind::waits);
  EXPECT_EQ(verdict().why, "severity high is below the automatic threshold critical");
  request_.dry_run = true;
  EXPECT_EQ(verdict().kind, Verdict::Kind::recorded);
}

TEST_F(Guards, AreCountedByRuleAndReportedOnce) {
  HeldBack held_back;
  held_back.add(RuleId("r1"), Guard::cooldown, 3);
  held_back.add(RuleId("r1"), Guard::minimum_severity);
  held_back.note_no_room();
  Metrics metrics;
  RoundMetrics round(metrics);
  round.report(held_back);
  round.report(held_back);
  const std::string text = metrics.text();
  for (const char* line : {"riposte_responses_held_back_total{guard=\"cooldown\",rule=\"r1\"} 3",
                           "riposte_responses_held_back_total{guard=\"minimum_severity\",rule=\"r1\"} 1",
                           "riposte_cooldowns_without_room_total 1"})
    EXPECT_THAT(text, testing::HasSubstr(line));
}

}  // namespace
}  // namespace riposte
