#include "agent/ledger/local_policy.h"

#include <gtest/gtest.h>

#include "tests/unit/ledger/court.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;
using order::Order;

TEST(LocalPolicies, RefuseWhatTheyDoNotAllow) {
  const auto detail = [](const Order& order, auto change) {
    Court court;
    change(court.policy);
    const Judgement judgement = court.judge(order);
    EXPECT_EQ(judgement.ruling, Ruling::refused);
    EXPECT_EQ(judgement.result.word, ResultWord::refused_guard);
    return judgement.result.detail;
  };
  EXPECT_EQ(detail(order_of(1, block()), [](LocalPolicy& p) { p.allow.erase(order::Verb::block_ip); }),
            "local policy: allow does not name block_ip");
  EXPECT_EQ(detail(order_of(1, block()),
                   [](LocalPolicy& p) { p.never_addresses = {*parse_network("203.0.113.0/24")}; }),
            "local policy: never_addresses has 203.0.113.0/24");
  EXPECT_EQ(detail(order_of(1, block("192.0.2.5")), [](LocalPolicy&) {}),
            "local policy: the address is one of management");
  EXPECT_EQ(detail(order_of(1, block()), [](LocalPolicy& p) { p.ttl_max = 4h - 1us; }).substr(0, 31),
            "local policy: its ttl of 4h is ");
  EXPECT_EQ(
      detail(order_of(1, order::IsolateHost{}), [](LocalPolicy& p) { p.management.clear(); }).substr(0, 34),
      "local policy: management is empty,");
  EXPECT_EQ(
      detail(order_of(1, order::IsolateHost{{block().address}}), [](LocalPolicy& p) { p.keep_max = 0; }),
      "local policy: it keeps 1 addresses; keep_max is 0");
  const auto guarded = [](LocalPolicy& p) { p.protected_paths = {"/etc", "/opt/app/"}; };
  EXPECT_EQ(detail(order_of(1, order::QuarantineFile{"/etc/passwd"}), guarded),
            "local policy: protected_paths has /etc");
  EXPECT_EQ(detail(order_of(1, order::QuarantineFile{"/opt/app/x"}), guarded),
            "local policy: protected_paths has /opt/app/");
  Court court;
  guarded(court.policy);
  EXPECT_EQ(court.ruling(order_of(1, order::QuarantineFile{"/etcetera/x"})), Ruling::run);
}

TEST(LocalPolicies, SpareAnAddressFromRulesButNotFromPeople) {
  Order unblock = order_of(1, order::UnblockIp{block().address, true, 10min});
  unblock.releases.clear();
  unblock.by_person = true;
  Court court;
  court.ledger = folded({start_of(unblock), end_of(unblock)});
  Order again = order_of(2, block());
  EXPECT_EQ(court.ruling(again), Ruling::refused);
  again.by_person = true;
  EXPECT_EQ(court.ruling(again), Ruling::run);
}

TEST(LocalPolicies, BoundTheNumberOfOrders) {
  const Order order = order_of(1, block());
  Court court;
  court.rates = RateLimits({{order::Verb::block_ip, {60, 2}}});
  court.rates.take(order::Verb::block_ip, court.now.since_boot);
  EXPECT_EQ(court.ruling(order), Ruling::run);
  court.rates.take(order::Verb::block_ip, court.now.since_boot);
  EXPECT_EQ(court.ruling(order), Ruling::refused);
  court.now = moment(2s);
  EXPECT_EQ(court.ruling(order), Ruling::run);
}

TEST(FullJournals, TakeNothingButWhatEndsEffects) {
  Court court;
  court.room = false;
  EXPECT_EQ(court.ruling(order_of(1, block())), Ruling::full);
  EXPECT_EQ(court.ruling(order_of(1, order::KillProcess{test::sample_process()})), Ruling::full);
  EXPECT_EQ(court.ruling(order_of(1, order::UnblockIp{block().address})), Ruling::run);
  EXPECT_EQ(court.ruling(order_of(1, order::UnisolateHost{})), Ruling::run);
}

TEST(FullLedgers, TakeNoMoreHoldings) {
  Court court;
  for (int number = 0; number < static_cast<int>(kHoldingsMax); ++number)
    court.ledger.apply(start_of(order_of(number, block())));
  EXPECT_EQ(court.ruling(order_of(99'999, block())), Ruling::full);
  EXPECT_EQ(court.ruling(order_of(99'999, order::KillProcess{test::sample_process()})), Ruling::run);
  court.ledger.apply(Released{action_of(0), test::kIssued});
  EXPECT_EQ(court.ruling(order_of(99'999, block())), Ruling::run);
}

TEST(RateLimits, LetABurstThroughAndThenTheRate) {
  RateLimits limits({{order::Verb::kill_process, {30, 3}}, {order::Verb::isolate_host, {0, 0}}});
  const auto taken = [&](Duration at) {
    const bool allowed = limits.allows(order::Verb::kill_process, at);
    if (allowed) limits.take(order::Verb::kill_process, at);
    return allowed;
  };
  EXPECT_TRUE(taken(1s) && taken(1s) && taken(1s));
  EXPECT_FALSE(taken(1s));
  EXPECT_FALSE(taken(3s - 1us));
  EXPECT_TRUE(taken(3s));
  EXPECT_FALSE(taken(3s));
  EXPECT_TRUE(taken(100h) && taken(100h) && taken(100h));
  EXPECT_FALSE(taken(100h)) << "a long silence gives a burst, not more";
  EXPECT_FALSE(limits.allows(order::Verb::isolate_host, 1s)) << "a rate of nothing";
  EXPECT_TRUE(limits.allows(order::Verb::block_ip, 1s)) << "no rate";
}

TEST(RateLimits, ThatChangeKeepWhatTheyCounted) {
  constexpr auto kVerb = order::Verb::kill_process;
  const auto left_of = [kVerb](const Rate& after, int taken) {
    RateLimits limits({{kVerb, {60, 10}}});
    for (int i = 0; i < taken; ++i) limits.take(kVerb, 1s);
    limits.change({{kVerb, after}}, 1s);
    int left = 0;
    for (; left < 100 && limits.allows(kVerb, 1s); ++left) limits.take(kVerb, 1s);
    return left;
  };
  EXPECT_EQ(left_of({60, 10}, 4), 6) << "the same again gives nothing back";
  EXPECT_EQ(left_of({60, 5}, 4), 1);
  EXPECT_EQ(left_of({60, 20}, 4), 16);
  EXPECT_EQ(left_of({60, 3}, 8), 0);
  EXPECT_EQ(left_of({60, 3}, 0), 3);
}

TEST(RateLimits, ThatWereLoweredFillAgainAsQuicklyAsTheyNowMay) {
  constexpr auto kVerb = order::Verb::kill_process;
  RateLimits limits({{kVerb, {600, 100}}});
  for (int i = 0; i < 100; ++i) limits.take(kVerb, 1s);
  limits.change({{kVerb, {6, 1}}}, 1s);
  EXPECT_FALSE(limits.allows(kVerb, 10s));
  EXPECT_TRUE(limits.allows(kVerb, 11s));
  limits.change({}, 11s);
  EXPECT_TRUE(limits.allows(kVerb, 11s)) << "no rate";
}

}  // namespace
}  // namespace riposte::agent
