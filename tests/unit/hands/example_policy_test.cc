#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "agent/ledger/policy_file.h"

namespace riposte::agent {
namespace {

TEST(ExamplePolicy, IsReadAsItIsAndAllowsWhatItSays) {
  std::ifstream file(std::string(RIPOSTE_SOURCE_DIR) + "/examples/agent-hands-policy.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  const auto policy = parse_policy(text.str(), "agent-hands-policy.yaml");
  ASSERT_TRUE(policy) << policy.error().text();
  EXPECT_EQ(policy->allow.size(), order::kVerbCount);
  EXPECT_EQ(policy->management.size(), 2U);
  EXPECT_EQ(policy->rates.at(order::Verb::block_ip), (Rate{600, 100}));
  EXPECT_TRUE(policy->require_channel_proof);
  EXPECT_EQ(policy->vault_keep, kVaultKeepDefault);
}

}  // namespace
}  // namespace riposte::agent
