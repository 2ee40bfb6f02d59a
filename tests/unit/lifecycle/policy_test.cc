#include "engine/lifecycle/policy.h"

#include <gtest/gtest.h>

#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace test;

ActiveHours office() {
  const std::vector<std::string> windows{"Mon-Fri 08:00-18:00"};
  return *ActiveHours::parse("office", "UTC", windows);
}

/// kNoon is a Tuesday.
const WallTime kMidnight = *parse_iso8601("2026-03-10T00:00:00Z");

ActionRequest manual(ActionType type) {
  ActionRequest request = some_request();
  request.type = type;
  request.submitter = {Actor::Kind::person, "alice"};
  return request;
}

TEST(Approval, IsNotNeededForARuleMadeActionWithoutLimits) {
  const Ruling ruling = rule_on(some_request(), {}, {}, kNoon);
  EXPECT_FALSE(ruling.needs_approval);
  EXPECT_EQ(ruling.ground, Ground::auto_response);
}

TEST(Approval, IsNeededWhenTheTemplateSaysSo) {
  const Ruling ruling = rule_on(some_request(), {true, {}}, {}, kNoon);
  EXPECT_TRUE(ruling.needs_approval);
  EXPECT_EQ(ruling.ground, Ground::template_demands);
}

TEST(Approval, IsNeededWhenThePolicySaysSoEvenInsideActiveHours) {
  Policy policy;
  policy.require_approval = {ActionType::kill_process};
  policy.auto_response[ActionType::kill_process] = {Severity::low, office()};
  EXPECT_EQ(rule_on(some_request(), {false, office()}, policy, kNoon).ground, Ground::policy_demands);
}

TEST(Approval, IsNeededForADestructiveTypeThatAPersonAsksFor) {
  EXPECT_EQ(rule_on(manual(ActionType::kill_process), {}, {}, kNoon).ground, Ground::manual_destructive);
  EXPECT_EQ(rule_on(manual(ActionType::resume_process), {}, {}, kNoon).ground, Ground::manual);
  EXPECT_FALSE(rule_on(manual(ActionType::resume_process), {}, {}, kNoon).needs_approval);
}

TEST(Approval, FollowsTheConfigurationsWordOnWhatIsDestructive) {
  Policy policy;
  policy.destructive = {{ActionType::kill_process, false}, {ActionType::resume_process, true}};
  EXPECT_FALSE(rule_on(manual(ActionType::kill_process), {}, policy, kNoon).needs_approval);
  EXPECT_TRUE(rule_on(manual(ActionType::resume_process), {}, policy, kNoon).needs_approval);
}

TEST(Approval, IsAnOfferOutsideTheHoursOfTheTemplateOrThePolicy) {
  EXPECT_EQ(rule_on(some_request(), {false, office()}, {}, kMidnight).ground, Ground::outside_hours);
  Policy policy;
  policy.auto_response[ActionType::kill_process] = {Severity::low, office()};
  EXPECT_EQ(rule_on(some_request(), {}, policy, kMidnight).ground, Ground::outside_hours);
  EXPECT_EQ(rule_on(some_request(), {}, policy, kNoon).ground, Ground::auto_response);
}

TEST(Approval, IsAnOfferBelowTheAutomaticThreshold) {
  Policy policy;
  policy.auto_response[ActionType::kill_process] = {Severity::critical, {}};
  EXPECT_EQ(rule_on(some_request(), {}, policy, kNoon).ground, Ground::below_threshold);
  ActionRequest critical = some_request();
  critical.severity = Severity::critical;
  EXPECT_FALSE(rule_on(critical, {}, policy, kNoon).needs_approval);
}

TEST(Approval, OfAPersonsOrderDoesNotLookAtActiveHours) {
  Policy policy;
  policy.auto_response[ActionType::resume_process] = {Severity::critical, office()};
  EXPECT_FALSE(rule_on(manual(ActionType::resume_process), {}, policy, kMidnight).needs_approval);
}

}  // namespace
}  // namespace riposte
