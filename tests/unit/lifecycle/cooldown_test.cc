#include "engine/lifecycle/cooldown.h"

#include <gtest/gtest.h>

#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using namespace test;

const Cooldown kRunning{"key", Partition(1), ActionId("opener"), kNoon + 10min};

TEST(Cooldown, SwallowsUntilItIsOverAndNotLonger) {
  EXPECT_TRUE(swallows(kRunning, ActionId("other"), kNoon));
  EXPECT_TRUE(swallows(kRunning, ActionId("other"), kNoon + 10min - 1us));
  EXPECT_FALSE(swallows(kRunning, ActionId("other"), kNoon + 10min));
}

TEST(Cooldown, NeverSwallowsWhatOpenedIt) { EXPECT_FALSE(swallows(kRunning, kRunning.opener, kNoon)); }

TEST(Cooldown, RunsFromTheMomentItsActionIsMade) {
  ActionRequest request = some_request();
  request.cooldown = {"key", 10min};
  EXPECT_EQ(cooldown_of(request, kNoon), (Cooldown{"key", request.partition, request.id, kNoon + 10min}));
}

TEST(Cooldown, TellsRulesAndTemplatesApart) {
  const std::vector<std::string> parts{"a"};
  const ActionRequest request = some_request();
  ActionRequest other_rule = request;
  other_rule.cause.rule = RuleId("rule-2");
  ActionRequest other_template = request;
  other_template.cause.template_name = "kill_process-2";
  const std::string key = derive_cooldown_key(request, parts);
  EXPECT_EQ(derive_cooldown_key(some_request("another detection"), parts), key);
  EXPECT_NE(derive_cooldown_key(other_rule, parts), key);
  EXPECT_NE(derive_cooldown_key(other_template, parts), key);
}

}  // namespace
}  // namespace riposte
