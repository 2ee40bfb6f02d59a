#include "rules/language/attach.h"

#include <gtest/gtest.h>

namespace riposte {
namespace {

Rule some_rule() {
  Rule rule;
  rule.id = RuleId("r1");
  rule.tags = {"attack.impact"};
  rule.level = Severity::high;
  rule.logsource = {"process_creation", "linux", "auditd"};
  rule.digest = "of the rule";
  return rule;
}

Attachment some_attachment(const std::string& digest = "of the response") {
  Attachment attachment;
  ActionTemplate response;
  response.name = "respond-" + digest;
  attachment.responses = {response};
  attachment.digest = digest;
  return attachment;
}

TEST(AttachConditions, MustAllHoldAndOfAListOneIsEnough) {
  AttachConditions conditions;
  EXPECT_TRUE(means(conditions, some_rule()));
  conditions.levels = {Severity::low, Severity::high};
  conditions.tags = {"attack.other", "attack.impact"};
  conditions.products = {"linux"};
  conditions.rules = {{RuleId("r1"), {}}};
  EXPECT_TRUE(means(conditions, some_rule()));
  for (const auto& spoil : std::vector<void (*)(AttachConditions&)>{
           [](AttachConditions& c) { c.levels = {Severity::low}; },
           [](AttachConditions& c) { c.tags = {"attack"}; },
           [](AttachConditions& c) { c.products = {"windows"}; },
           [](AttachConditions& c) { c.categories = {"dns"}; },
           [](AttachConditions& c) { c.services = {"sshd"}; },
           [](AttachConditions& c) { c.rules = {{RuleId("r2"), {}}}; }}) {
    AttachConditions spoilt = conditions;
    spoil(spoilt);
    EXPECT_FALSE(means(spoilt, some_rule()));
  }
}

TEST(AttachConditions, OnLevelsMeanNoRuleWithoutALevel) {
  Rule rule = some_rule();
  rule.level.reset();
  AttachConditions conditions;
  conditions.levels = {Severity::informational};
  EXPECT_FALSE(means(conditions, rule));
}

TEST(Attaching, GivesTheRuleADigestThatCoversWhatIsAttached) {
  std::vector<Rule> plain{some_rule()};
  std::vector<Rule> one{some_rule()};
  std::vector<Rule> other{some_rule()};
  attach(plain, {});
  attach(one, std::vector{some_attachment()});
  attach(other, std::vector{some_attachment("of a later version")});
  EXPECT_EQ(plain.front().digest, "of the rule");
  EXPECT_NE(one.front().digest, plain.front().digest);
  EXPECT_NE(one.front().digest, other.front().digest);
}

TEST(Attaching, PassesOverARuleThatGoesByItsText) {
  std::vector<Rule> rules{some_rule()};
  rules.front().has_own_id = false;
  rules.front().location = {"r.yml", 1, 1};
  const auto said = attach(rules, std::vector{some_attachment()});
  EXPECT_TRUE(rules.front().responses.empty());
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said.front().message,
            "not attached to the rule at r.yml:1:1: a rule that responds needs an 'id'");
}

TEST(Attaching, NeverMakesMoreResponsesThanARuleMayHave) {
  std::vector<Attachment> many;
  for (int i = 0; i < 33; ++i) many.push_back(some_attachment(std::to_string(i)));
  std::vector<Rule> rules{some_rule()};
  const auto said = attach(rules, many);
  EXPECT_EQ(rules.front().responses.size(), 32U);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said.front().message, "with this, rule 'r1' would have more than 32 responses");
}

}  // namespace
}  // namespace riposte
