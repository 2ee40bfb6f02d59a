/// An attacker, a host with the privileged program, and the engine's host, on one wire.
#pragma once

#include <string>

#include "tests/host/hands/hands_lab.h"
#include "tests/support/lab_talk.h"

namespace riposte::test {

class ContainmentLab : public HandsLab {
 protected:
  ContainmentLab() { write_policy("  - " + lan_.v4(manager_) + ":7443\n"); }

  order::Order block() const { return order_now(order::BlockIp{*parse_address(lan_.v4(attacker_))}); }
  static order::Order isolate() { return order_now(order::IsolateHost{}); }
  bool is_blocked() const {
    const std::string elements = rules();
    const std::size_t set = elements.find("elements");
    return set != std::string::npos && elements.find(lan_.v4(attacker_), set) != std::string::npos;
  }
  bool is_isolated() const { return rules().find("riposte_isolation") != std::string::npos; }
  void answer_ping(Link& link) const {
    const auto ping = link.next(order::FrameType::ping);
    ASSERT_TRUE(ping) << log();
    link.pong(*ping);
  }

  void be_isolated_by(Link& link, const order::Order& isolating) const {
    link.order(isolating);
    answer_ping(link);
    ASSERT_TRUE(link.next(order::FrameType::reconnect)) << log();
    ASSERT_TRUE(link.welcome()) << log();
    answer_ping(link);
    const auto report = link.report();
    ASSERT_TRUE(report) << log();
    EXPECT_EQ(report->result.word, ResultWord::ok) << report->result.detail;
  }
  Host& attacker_ = lab_.host("attacker");
  Host& manager_ = lab_.host("manager");
  Network& lan_ = lab_.network({attacker_, host_, manager_});
};

}  // namespace riposte::test
