#include <csignal>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/host/hands/hands_lab.h"

namespace riposte::test {
namespace {

using ::testing::HasSubstr;

class PolicyReload : public HandsLab {
 protected:
  void reload(const std::string& says) {
    const auto said = [&] {
      const std::string text = log();
      std::size_t count = 0;
      for (std::size_t at = text.find(says); at != std::string::npos; at = text.find(says, at + 1)) ++count;
      return count;
    };
    const std::size_t before = said();
    ::kill(program_, SIGHUP);
    ASSERT_TRUE(eventually([&] { return said() > before; })) << log();
  }
  void forbid_all_but(const std::string& verb) const {
    std::ofstream(at("policy.yaml")) << "allow:\n  - " << verb << "\n";
  }
  static order::Order block() { return order_now(order::BlockIp{*parse_address("203.0.113.9")}); }
  ResultWord word_of(Link& link, const order::Order& order) {
    link.order(order);
    const auto report = link.report();
    EXPECT_TRUE(report) << log();
    return report ? report->result.word : ResultWord::unknown;
  }
  static constexpr auto kTaken = "the policy was read anew and is in force";
  static constexpr auto kNotTaken = "the policy was not taken";
};

TEST_F(PolicyReload, ForbidsFromThenOnAndAMistakeLeavesTheOneBeforeInForce) {
  start();
  Link link(socket());
  EXPECT_EQ(word_of(link, block()), ResultWord::ok);
  forbid_all_but("kill_process");
  reload(kTaken);
  EXPECT_EQ(word_of(link, block()), ResultWord::refused_guard);

  std::ofstream(at("policy.yaml")) << "allow:\n  - block_ip\nno_such_key: 1\n";
  reload(kNotTaken);
  EXPECT_THAT(log(), HasSubstr("policy.yaml:3: error: unknown key 'no_such_key'"));
  EXPECT_EQ(word_of(link, block()), ResultWord::refused_guard);

  write_policy("");
  std::filesystem::permissions(at("policy.yaml"), std::filesystem::perms(0666));
  reload(kNotTaken);
  EXPECT_THAT(log(), HasSubstr("can be written by others than its owner; chmod go-w it"));
  std::filesystem::remove(at("policy.yaml"));
  reload(kNotTaken);
  EXPECT_EQ(word_of(link, block()), ResultWord::refused_guard);
  EXPECT_EQ(word_of(link, kill_order(sleeper())), ResultWord::ok) << "nothing else suffers";

  write_policy("");
  reload(kTaken);
  EXPECT_EQ(word_of(link, block()), ResultWord::ok);
}

TEST_F(PolicyReload, GoesForTheLooksOfDeedsToo) {
  start();
  Link link(socket());
  write_policy("protected_executables: [" +
               host_.output_of({"sh", "-c", "printf %s $(readlink -f $(which sleep))"}) + "]\n");
  reload(kTaken);
  const auto spared = sleeper();
  EXPECT_EQ(word_of(link, kill_order(spared)), ResultWord::refused_guard);
  EXPECT_TRUE(runs(spared));
}

/// As `systemctl kill -s HUP` sends it: to every process of the service.
TEST_F(PolicyReload, DoesNotDisturbADeedThatIsUnderWay) {
  start();
  Link link(socket());
  const auto victim = counter_of_terms("terms");
  link.order(order_now(order::KillProcess{target(victim), false, std::chrono::seconds(2)}));
  ASSERT_TRUE(eventually([&] { return count_in("terms") == 1; })) << log();
  EXPECT_EQ(host_.run({"pkill", "-HUP", "-x", "riposte-agent-h"}).code, 0);
  const auto report = link.report();
  ASSERT_TRUE(report) << log();
  EXPECT_EQ(report->result.word, ResultWord::ok) << report->result.detail;
  EXPECT_THAT(log(), HasSubstr(kTaken));
}

}  // namespace
}  // namespace riposte::test
