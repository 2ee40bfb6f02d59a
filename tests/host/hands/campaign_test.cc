#include <map>
#include <random>
#include <thread>

#include "tests/host/hands/hands_lab.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;

constexpr int kRounds = 8;
constexpr int kVictims = 5;
constexpr int kKillsOfARound = 3;
constexpr int kLatestKillMilliseconds = 250;

/// Killed at any moment, again and again, while the engine gives every order again until it has a report, and
/// as another attempt where the one before it is disowned.
class ACampaign : public HandsLab {
 protected:
  struct Given {
    order::Order order;
    std::int32_t victim;
    std::string file;
  };

  std::vector<Given> new_orders(int round) const {
    std::vector<Given> orders;
    for (int i = 0; i < kVictims; ++i) {
      const std::string file = "terms-" + std::to_string(round) + "-" + std::to_string(i);
      const auto victim = counter_of_terms(file);
      orders.push_back({order_now(order::KillProcess{target(victim), false, 40ms}), victim, file});
    }
    return orders;
  }
  static order::Order block(int round) {
    return order_now(order::BlockIp{*parse_address("198.51.100." + std::to_string(round + 1))});
  }
  /// How each of them ended; what earlier rounds are still owed is acknowledged.
  static std::map<ActionId, order::Report> reports_of(Link& link, std::map<ActionId, order::Order> wanted) {
    std::map<ActionId, order::Report> reports;
    while (reports.size() < wanted.size()) {
      auto report = link.report();
      if (!report) break;
      const auto asked = wanted.find(report->action);
      const bool is_disowned = report->standing == order::Standing::never_ran;
      if (is_disowned && asked != wanted.end() && report->attempt == asked->second.attempt) {
        ++asked->second.attempt;
        link.order(asked->second);
      }
      if (report->standing != order::Standing::ended) continue;
      if (wanted.contains(report->action)) reports[report->action] = *report;
      order::Order acknowledge = order_now(order::UnisolateHost{true});
      acknowledge.releases.clear();
      acknowledge.purpose = order::Purpose::acknowledge;
      acknowledge.action = report->action;
      link.order(acknowledge);
    }
    return reports;
  }
};

TEST_F(ACampaign, OfKillsNeitherRepeatsNorLosesNorInventsAnything) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> moment(0, kLatestKillMilliseconds);
  for (int round = 0; round < kRounds; ++round) {
    const auto orders = new_orders(round);
    const order::Order blocking = block(round);
    const auto give_all = [&](const Link& link) {
      for (const Given& given : orders) link.order(given.order);
      link.order(blocking);
    };
    for (int i = 0; i < kKillsOfARound; ++i) {
      start();
      const Link link(socket());
      give_all(link);
      std::this_thread::sleep_for(std::chrono::milliseconds(moment(random)));
      kill();
    }
    start();
    Link link(socket());
    ASSERT_TRUE(link.welcome()) << log();
    give_all(link);
    std::map<ActionId, order::Order> wanted{{blocking.action, blocking}};
    for (const Given& given : orders) wanted.emplace(given.order.action, given.order);
    const auto reports = reports_of(link, wanted);
    ASSERT_EQ(reports.size(), wanted.size()) << log();
    for (const Given& given : orders) {
      const order::Report& report = reports.at(given.order.action);
      EXPECT_LE(count_in(given.file), report.attempt) << "it was told twice in one attempt";
      EXPECT_EQ(report.result.word, ResultWord::ok) << report.result.detail;
      EXPECT_FALSE(runs(given.victim));
    }
    EXPECT_EQ(reports.at(blocking.action).result.word, ResultWord::ok);
    kill();
  }
  const std::string rules = host_.output_of({"nft", "list", "ruleset"});
  for (int round = 0; round < kRounds; ++round)
    EXPECT_NE(rules.find("198.51.100." + std::to_string(round + 1)), std::string::npos) << rules;
}

}  // namespace
}  // namespace riposte::test
