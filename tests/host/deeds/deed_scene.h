/// A host's ledger, policy and order book, as the hands would keep them, for a test of its deeds.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "agent/deeds/deed.h"
#include "agent/process/process_identity.h"
#include "tests/support/order_samples.h"

namespace riposte::agent {

using test::action_number;

inline LocalPolicy generous_policy() {
  LocalPolicy policy;
  policy.allow = test::every_verb();
  return policy;
}

class DeedScene {
 public:
  /// Where the deeds run: work there tells a text here.
  using Elsewhere = std::function<std::string(const std::function<std::string()>& work)>;
  explicit DeedScene(Elsewhere there = [](const auto& work) { return work(); }) : there_(std::move(there)) {}

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
  std::string begin(const order::Order& order) {
    const std::string plan = there_([&] {
      const DeedGround here = ground();
      return make_deed(order, here)->look().value_or("");
    });
    ledger.apply(start_of(order, plan));
    return plan;
  }

  /// As it was done before, and on another machine for all that this one shows.
  void assume_done(const order::Order& order) {
    ledger.apply(start_of(order, ""));
    ledger.apply(Done{order.action, {ResultWord::ok, "", {}}, {}, now().wall});
  }

  /// The way of an order through the hands; without its end, as by a crash.
  order::DeedResult carry_out_only(const order::Order& order) {
    const std::string told = there_([&] {
      const DeedGround here = ground();
      const auto deed = make_deed(order, here);
      const auto plan = deed->look();
      if (!plan) return packed(plan.error());
      Ledger before = ledger;
      ledger.apply(start_of(order, *plan));  // as whoever says "go" has it by now
      const order::DeedResult result = deed->act({});
      ledger = std::move(before);
      return packed(result) + *plan;
    });
    auto [result, plan] = unpacked(told);
    EXPECT_LE(plan.size(), kPlanBytesMax);
    ledger.apply(start_of(order, plan));
    return result;
  }
  order::DeedResult carry_out(const order::Order& order) {
    std::vector<ActionId> lifted = ledger.lifted_by(order);
    order::DeedResult result = carry_out_only(order);
    EXPECT_TRUE(order::check(result).has_value());
    if (result.word != ResultWord::ok && result.word != ResultWord::already_done) lifted.clear();
    ledger.apply(Done{order.action, result, lifted, now().wall});
    return result;
  }

  Verified verified(const order::Order& order) const {
    const std::string told = there_([&] {
      const Verified verified = verify(order, ledger.find(order.action), ground());
      return packed(verified.result) + std::string(1, static_cast<char>(verified.finding));
    });
    auto [result, finding] = unpacked(told);
    return {static_cast<order::Finding>(finding.at(0)), std::move(result)};
  }
  order::DeedResult probed(const order::Order& order) const {
    const auto told = [&] { return packed(probe(ledger.find(order.action)->started, ground())); };
    return unpacked(there_(told)).first;
  }
  /// As when their time is over.
  order::DeedResult taken_back(const std::vector<ActionId>& lifted) {
    const auto result = unpacked(there_([&] { return packed(take_back(lifted, ground())); })).first;
    for (const ActionId& action : lifted) ledger.apply(Released{action, now().wall});
    return result;
  }
  int mended() const {
    return std::stoi(there_([&] {
      const auto mended = mend_filters(ground());
      if (!mended) ADD_FAILURE() << mended.error().text();
      return std::to_string(mended.value_or(-1));
    }));
  }

  LocalPolicy policy = generous_policy();
  Ledger ledger;
  std::vector<std::int32_t> own{1};
  std::string vault;

 private:
  static Started start_of(const order::Order& order, const std::string& plan) {
    Started started{order, plan, now(), {}};
    if (order.ttl > Duration::zero()) started.undo_due = later(started.at, order.ttl);
    return started;
  }
  /// As the journal has it, behind its length.
  static std::string packed(const order::DeedResult& result) {
    const std::string bytes = encode(Entry(Done{action_number(1), result, {}, test::kIssued}));
    return std::to_string(bytes.size()) + ":" + bytes;
  }
  static std::pair<order::DeedResult, std::string> unpacked(const std::string& told) {
    const std::size_t begin = told.find(':') + 1;
    const std::size_t size = std::stoul(told);
    return {std::get<Done>(decode_entry(told.substr(begin, size)).value()).result, told.substr(begin + size)};
  }

  Elsewhere there_;
};

class DeedTest : public ::testing::Test {
 protected:
  explicit DeedTest(DeedScene scene = DeedScene()) : scene_(std::move(scene)) {}
  ResultWord does(const order::Order& order) { return scene_.carry_out(order).word; }
  order::Finding finding(const order::Order& order) const { return scene_.verified(order).finding; }

  DeedScene scene_;
};

}  // namespace riposte::agent
