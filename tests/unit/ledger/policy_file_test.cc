#include "agent/ledger/policy_file.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <unistd.h>

#include "agent/ledger/policy_lines.h"
#include "tests/support/scratch.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kWhole = R"(# What engines may do here.
allow: [kill_process, "block_ip", unblock_ip]
never_addresses:
  - 10.0.0.0/8   # our own
  - fe80::/10
never_users: [oracle]
protected_executables: []
protected_units:
  - postgresql.service
protected_paths: [/srv, '/var/lib/a b, c']
management: [192.0.2.5:7443, "[2001:db8::5]:7443"]
keep_max: 4
ttl_max: 7d

rate:
  kill_process: 10
  block_ip: 100 burst 20
isolation:
  require_channel_proof: false
vault:
  keep: 30d
)";

TEST(PolicyFiles, SayEverythingThatAPolicyHolds) {
  const auto policy = parse_policy(kWhole, "p");
  ASSERT_TRUE(policy) << policy.error().text();
  LocalPolicy expected;
  expected.allow = {order::Verb::kill_process, order::Verb::block_ip, order::Verb::unblock_ip};
  expected.never_addresses = {*parse_network("10.0.0.0/8"), *parse_network("fe80::/10")};
  expected.never_users = {"oracle"};
  expected.protected_units = {"postgresql.service"};
  expected.protected_paths = {"/srv", "/var/lib/a b, c"};
  expected.management = {{*parse_address("192.0.2.5"), 7443}, {*parse_address("2001:db8::5"), 7443}};
  expected.keep_max = 4;
  expected.ttl_max = 7 * 24h;
  expected.rates[order::Verb::kill_process] = {10, 10};
  expected.rates[order::Verb::block_ip] = {100, 20};
  expected.require_channel_proof = false;
  expected.vault_keep = 30 * 24h;
  EXPECT_EQ(*policy, expected);
}

TEST(PolicyFiles, SayHowLongTheVaultKeepsWhatItHas) {
  const auto kept = [](const std::string& value) {
    return parse_policy("allow: []\nvault:\n  keep: " + value + "\n", "p");
  };
  EXPECT_EQ(parse_policy("allow: []\n", "p")->vault_keep, 90 * 24h);
  EXPECT_EQ(kept("1d")->vault_keep, 24h);
  EXPECT_EQ(kept("3650d")->vault_keep, 3650 * 24h);
  EXPECT_EQ(kept("forever")->vault_keep, std::nullopt);
  EXPECT_EQ(kept("0")->vault_keep, std::nullopt);
  for (const char* bad : {"23h", "3651d", "0d", "-1d", "90", "ever"}) {
    const auto policy = kept(bad);
    ASSERT_FALSE(policy) << bad;
    EXPECT_EQ(policy.error().what, "p:3: error: '" + std::string(bad) +
                                       "' does not fit 'vault.keep': from 1d to 3650d, or forever");
  }
}

TEST(PolicyFiles, LeaveDefaultsWhereTheySayNothing) {
  const auto policy = parse_policy("allow: []\n", "p");
  ASSERT_TRUE(policy);
  LocalPolicy expected;
  EXPECT_EQ(*policy, expected);
  EXPECT_EQ(policy->rates.at(order::Verb::isolate_host), (Rate{6, 6}));
  EXPECT_TRUE(policy->require_channel_proof);
}

struct Mistake {
  std::string_view text;
  std::string_view message;
};

TEST(PolicyFiles, AreRefusedWithThePlaceAndTheCure) {
  const std::vector<Mistake> mistakes{
      {"keep_max: 4\n", "p:1: error: 'allow' is missing; it lists what engines may do here"},
      {"allow: []\nkeepmax: 4\n", "p:2: error: unknown key 'keepmax'; did you mean 'keep_max'?"},
      {"allow: []\nallow: []\n", "p:2: error: 'allow' stands here twice"},
      {"allow:\n  - kill_proces\n",
       "p:2: error: 'kill_proces' does not fit 'allow': a verb, such as kill_process"},
      {"allow: kill_process\n", "p:1: error: 'allow' is a list"},
      {"allow: []\nkeep_max: [1]\n", "p:2: error: 'keep_max' is one value"},
      {"allow: []\nkeep_max: 17\n", "p:2: error: '17' does not fit 'keep_max': a number from 0 to 16"},
      {"allow: []\nkeep_max: -1\n", "p:2: error: '-1' does not fit 'keep_max': a number from 0 to 16"},
      {"allow: []\nkeep_max:\n", "p:2: error: 'keep_max' has no value"},
      {"allow: []\nttl_max: 59s\n", "p:2: error: '59s' does not fit 'ttl_max': from 1m to 30d"},
      {"allow: []\nttl_max: 31d\n", "p:2: error: '31d' does not fit 'ttl_max': from 1m to 30d"},
      {"allow: []\nnever_addresses: [10.0.0.1/8]\n",
       "p:2: error: '10.0.0.1/8' does not fit 'never_addresses': write 10.0.0.0/8 or fe80::/10"},
      {"allow: []\nmanagement: [192.0.2.5]\n",
       "p:2: error: '192.0.2.5' does not fit 'management': write 192.0.2.5:7443 or [2001:db8::5]:7443"},
      {"allow: []\nmanagement: [engine.example:7443]\n",
       "p:2: error: 'engine.example:7443' does not fit 'management': write 192.0.2.5:7443 or "
       "[2001:db8::5]:7443"},
      {"allow: []\nprotected_paths: [srv]\n",
       "p:2: error: 'srv' does not fit 'protected_paths': an absolute path"},
      {"allow: []\nrate:\n  kill_proces: 1\n",
       "p:3: error: 'kill_proces' is no verb; did you mean 'kill_process'?"},
      {"allow: []\nrate:\n  unblock_ip: 1\n", "p:3: error: 'unblock_ip' ends effects and has no rate"},
      {"allow: []\nrate:\n  block_ip: fast\n",
       "p:3: error: 'rate.block_ip': orders a minute, at most 1000000: 60, or 60 burst 10"},
      {"allow: []\nisolation:\n  require_channel_proof: yes\n",
       "p:3: error: 'yes' does not fit 'isolation.require_channel_proof': true or false"},
      {"allow: []\n\tkeep_max: 1\n", "p:2: error: a tab or carriage return; indent by blanks"},
      {"allow: []\nkeep_max: &anchor 1\n", "p:2: error: '&anchor 1' is no plain value; put it in quotes"},
      {"allow: []\nnever_users: [\"a\\n\"]\n",
       "p:2: error: a quoted text ends with its quote and has neither that quote nor '\\' inside"},
      {"allow: []\n  keep_max: 1\n", "p:2: error: 'keep_max' is indented and belongs to no section"},
      {"allow: []\n- x\n", "p:2: error: '- x' belongs to no key"},
      {"allow: [kill_process\n", "p:1: error: a list that begins with '[' ends with ']' on the same line"},
      {"allow: []\nnonsense\n", "p:2: error: 'nonsense' is neither 'key: value' nor '- value'"},
      {"allow: []\nnever_users: [\xff]\n", "p:2: error: a control character, or no UTF-8"}};
  for (const auto& [text, message] : mistakes) {
    const auto policy = parse_policy(text, "p");
    ASSERT_FALSE(policy) << text;
    EXPECT_EQ(policy.error().code, Errc::invalid);
    EXPECT_EQ(policy.error().what, message);
  }
}

TEST(PolicyFiles, NameEveryMistakeAtOnce) {
  const auto policy = parse_policy("keep_max: 99\nunknown: 1\nttl_max: never\n", "p");
  ASSERT_FALSE(policy);
  EXPECT_EQ(std::ranges::count(policy.error().what, '\n'), 3);
}

class PolicyFileTest : public ::testing::Test {
 protected:
  test::Scratch scratch_;
  std::filesystem::path path_ = scratch_.write("policy.yaml", "allow: []\n");
};

TEST_F(PolicyFileTest, IsReadWhenNobodyElseMayWriteIt) {
  std::filesystem::permissions(path_, std::filesystem::perms(0644));
  EXPECT_TRUE(read_policy(path_, ::geteuid()));
}

TEST_F(PolicyFileTest, IsDeniedWhenOthersMayWriteItOrOwnIt) {
  for (const auto permissions : {0664, 0646}) {
    std::filesystem::permissions(path_, std::filesystem::perms(permissions));
    EXPECT_EQ(read_policy(path_, ::geteuid()).error().code, Errc::denied);
  }
  std::filesystem::permissions(path_, std::filesystem::perms(0644));
  EXPECT_EQ(read_policy(path_, ::geteuid() + 1).error().code, Errc::denied);
}

TEST_F(PolicyFileTest, IsDeniedBehindALinkAndNotFoundWhereThereIsNone) {
  std::filesystem::create_symlink(path_, scratch_.path() / "link");
  EXPECT_EQ(read_policy(scratch_.path() / "link", ::geteuid()).error().code, Errc::denied);
  EXPECT_EQ(read_policy(scratch_.path(), ::geteuid()).error().code, Errc::denied);
  const Error missing = read_policy(scratch_.path() / "none", ::geteuid()).error();
  EXPECT_EQ(missing.code, Errc::not_found);
  EXPECT_NE(missing.text().find("none is not there; write down what engines may do"), std::string::npos);
}

TEST_F(PolicyFileTest, IsRefusedWhenItIsTooLarge) {
  const auto large = scratch_.write("large", "allow: []\n#" + std::string(kPolicyBytesMax, 'x'));
  std::filesystem::permissions(large, std::filesystem::perms(0600));
  EXPECT_EQ(read_policy(large, ::geteuid()).error().code, Errc::invalid);
}

}  // namespace
}  // namespace riposte::agent
