/// A host's ledger, policy and order book, as the hands would keep them, for a test of its deeds.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "agent/deeds/deed.h"
#include "agent/process/process_identity.h"
#include "tests/support/order_samples.h"

namespace riposte::agent {

inline LocalPolicy generous_policy() {
  LocalPolicy policy;
  for (std::size_t verb = 1; verb <= order::kVerbCount; ++verb)
    policy.allow.insert(static_cast<order::Verb>(verb));
  return policy;
}

inline ActionId action_number(int number) {
  std::string id = std::to_string(number);
  return ActionId(std::string(order::kActionIdDigits - id.size(), '0') + id);
}

class DeedScene {
 public:
  /// Time is that of the machine, so that starts of processes compare.
  static Instant now() { return {SystemClock().now(), read_boot_id().value(), machine_uptime()}; }

  DeedGround ground() const { return {policy, ledger, own, vault, now()}; }

  static order::Order order_of(int action, order::Command command, const std::string& releases = {}) {
    order::Order order = test::sample_order(std::move(command));
    order.action = action_number(action);
    order.releases = releases;
    order.issued_at = SystemClock().now();
    order.expires_at = order.issued_at + std::chrono::minutes(5);
    return order;
  }

  /// Looks, and writes the start down; the deed itself is left out, as by a crash.
  std::expected<std::string, order::DeedResult> begin(const order::Order& order) {
    auto plan = make_deed(order, ground())->look();
    if (plan) record_start(order, *plan);
    return plan;
  }

  /// The way of an order through the hands.
  order::DeedResult carry_out(const order::Order& order) {
    const DeedGround here = ground();
    const auto deed = make_deed(order, here);
    const auto plan = deed->look();
    EXPECT_TRUE(!plan || check_plan(*plan));
    // The child that acts was forked before the start was written down.
    order::DeedResult result = plan ? deed->act({}) : plan.error();
    EXPECT_TRUE(order::check(result).has_value());
    std::vector<ActionId> lifted;
    if (result.word == ResultWord::ok || result.word == ResultWord::already_done)
      lifted = ledger.lifted_by(order);
    record_start(order, plan.value_or(""));
    ledger.apply(Done{order.action, result, lifted, here.now.wall});
    return result;
  }

  Verified verified(const order::Order& order) const {
    return verify(order, ledger.find(order.action), ground());
  }
  order::DeedResult probed(const order::Order& order) const {
    return probe(ledger.find(order.action)->started, ground());
  }
  /// As when their time is over.
  order::DeedResult taken_back(const std::vector<ActionId>& lifted) {
    order::DeedResult result = take_back(lifted, ground());
    for (const ActionId& action : lifted) ledger.apply(Released{action, now().wall});
    return result;
  }

  LocalPolicy policy = generous_policy();
  Ledger ledger;
  std::vector<std::int32_t> own;  ///< to be filled by the test
  std::string vault;

 private:
  static bool check_plan(const std::string& plan) { return plan.size() <= kPlanBytesMax; }
  void record_start(const order::Order& order, const std::string& plan) {
    Started started{order, plan, now(), {}};
    if (order.ttl > Duration::zero()) started.undo_due = later(started.at, order.ttl);
    ledger.apply(started);
  }
};

}  // namespace riposte::agent
