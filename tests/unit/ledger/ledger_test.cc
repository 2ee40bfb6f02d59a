#include "agent/ledger/ledger.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/unit/ledger/ledger_samples.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;
using order::Order;

Order releasing(int number, order::Command command, std::string releases) {
  Order order = order_of(number, std::move(command));
  order.releases = std::move(releases);
  return order;
}

TEST(Holdings, BeginWithTheStartSoThatACrashLeavesNoEffectWithoutAnOwner) {
  const Order order = order_of(1, block());
  const Ledger ledger = folded({start_of(order)});
  ASSERT_NE(ledger.holdings().find(order.action), nullptr);
  EXPECT_EQ(ledger.holdings().find(order.action)->until, later(moment(0s), order.ttl));
}

TEST(Holdings, StayAfterSuccessAndWhenNobodyKnowsAndGoWhenItFailed) {
  const Order order = order_of(1, block());
  for (int number = 0; number <= std::to_underlying(kLastResultWord); ++number) {
    const auto word = static_cast<ResultWord>(number);
    const bool held = word == ResultWord::ok || word == ResultWord::already_done ||
                      word == ResultWord::timeout || word == ResultWord::unknown;
    const Ledger ledger = folded({start_of(order), end_of(order, word)});
    EXPECT_EQ(ledger.holdings().find(order.action) != nullptr, held) << name_of(word);
  }
}

TEST(Holdings, OfOneAddressEndWithTheirLastOwner) {
  const Order first = order_of(1, block());
  const Order second = order_of(2, block());
  const Order other = order_of(3, block("203.0.113.10"));
  Ledger ledger = folded({start_of(first), start_of(second), start_of(other)});
  const Effect effect = blocking(block().address);
  EXPECT_EQ(ledger.holdings().owners_of(effect), (std::vector{first.action, second.action}));
  EXPECT_TRUE(ledger.holdings().ended_by(std::vector{first.action}).empty());
  EXPECT_EQ(ledger.holdings().ended_by(std::vector{first.action, second.action}), std::vector{effect});
  ledger.apply(Released{first.action, test::kIssued});
  EXPECT_EQ(ledger.holdings().ended_by(std::vector{second.action}), std::vector{effect});
  EXPECT_TRUE(ledger.holdings().ended_by(std::vector{first.action}).empty());
}

TEST(Holdings, LastAsLongAsTheLongestOfThem) {
  Order lasting = order_of(2, block());
  lasting.ttl = 9h;
  Order eternal = order_of(3, order::SuspendProcess{test::sample_process()});
  Ledger ledger = folded({start_of(lasting), start_of(order_of(1, block())), start_of(eternal)});
  EXPECT_EQ(ledger.holdings().end_of(blocking(block().address)), later(moment(0s), 9h));
  EXPECT_FALSE(ledger.holdings().end_of(*effect_of(eternal)));
  EXPECT_EQ(ledger.holdings().due(moment(4h)), std::vector{action_of(1)});
  EXPECT_TRUE(ledger.holdings().due(moment(4h - 1us)).empty());
}

TEST(Releases, LiftWhatTheOrderNamesOrEverybodys) {
  const Order mine = order_of(1, block());
  const Order yours = order_of(2, block());
  const Order elsewhere = order_of(3, block("203.0.113.10"));
  const Order isolated = order_of(4, order::IsolateHost{});
  const Ledger ledger = folded({start_of(mine), start_of(yours), start_of(elsewhere), start_of(isolated)});
  const IpAddress address = block().address;
  const auto lifted = [&](order::Command command, std::string releases) {
    return ledger.lifted_by(releasing(9, std::move(command), std::move(releases)));
  };
  EXPECT_EQ(lifted(order::UnblockIp{address}, mine.action.value()), std::vector{mine.action});
  EXPECT_EQ(lifted(order::UnblockIp{address, true}, ""), (std::vector{mine.action, yours.action}));
  EXPECT_TRUE(lifted(order::UnblockIp{address}, elsewhere.action.value()).empty());
  EXPECT_EQ(lifted(order::UnisolateHost{true}, ""), std::vector{isolated.action});
  EXPECT_TRUE(lifted(order::UnisolateHost{}, mine.action.value()).empty());
  EXPECT_TRUE(lifted(block(), "").empty());
}

TEST(Releases, OfProcessesAskForTheSameProcessNotJustTheSameNumber) {
  order::ProcessTarget older = test::sample_process();
  order::ProcessTarget younger = older;
  *younger.start += 1h;
  const Ledger ledger = folded({start_of(order_of(1, order::SuspendProcess{older})),
                                start_of(order_of(2, order::SuspendProcess{younger}))});
  EXPECT_EQ(ledger.lifted_by(releasing(9, order::ResumeProcess{older}, "")), std::vector{action_of(1)});
  EXPECT_EQ(ledger.holdings().ended_by(std::vector{action_of(1)}).size(), 1U)
      << "the other holds another process";
  younger.start.reset();
  EXPECT_EQ(ledger.lifted_by(releasing(9, order::ResumeProcess{younger}, "")).size(), 2U);
}

TEST(Releases, OfOneProcessLiftItsSuspensionWhoeverTellsItsStartMoreExactly) {
  const order::ProcessTarget exact = test::sample_process();
  const Ledger ledger = folded({start_of(order_of(1, order::SuspendProcess{exact}))});
  order::ProcessTarget rough = exact;
  *rough.start -= 999ms;
  EXPECT_EQ(ledger.lifted_by(releasing(9, order::ResumeProcess{rough}, "")), std::vector{action_of(1)});
  *rough.start -= 1s;
  EXPECT_TRUE(ledger.lifted_by(releasing(9, order::ResumeProcess{rough}, "")).empty());
}

TEST(Releases, OfFilesLiftOneQuarantineEvenWhereTwoFilesHadThePath) {
  const Ledger ledger = folded({start_of(order_of(1, order::QuarantineFile{"/tmp/x"})),
                                start_of(order_of(2, order::QuarantineFile{"/tmp/x"}))});
  EXPECT_EQ(ledger.lifted_by(releasing(9, order::RestoreFile{action_of(2).value()}, "")),
            std::vector{action_of(2)});
}

TEST(Ledgers, TakeWhatASuccessLiftedOutOfTheHoldings) {
  const Order held = order_of(1, block());
  const Order unblock = releasing(2, order::UnblockIp{block().address}, held.action.value());
  const Ledger ledger = folded(
      {start_of(held), end_of(held), start_of(unblock), end_of(unblock, ResultWord::ok, {held.action})});
  EXPECT_EQ(ledger.holdings().size(), 0U);
}

TEST(Ledgers, KeepTheFirstEndUnlessItLeftOpenWhatHappened) {
  const Order order = order_of(1, block());
  Ledger ledger = folded(
      {start_of(order), end_of(order, ResultWord::unknown), Acknowledged{order.action, test::kIssued}});
  EXPECT_TRUE(ledger.find(order.action)->acknowledged);
  ledger.apply(end_of(order, ResultWord::ok));
  EXPECT_EQ(ledger.find(order.action)->done->result.word, ResultWord::ok);
  EXPECT_FALSE(ledger.find(order.action)->acknowledged) << "the engine has not heard the new end";
  ledger.apply(end_of(order, ResultWord::error));
  EXPECT_EQ(ledger.find(order.action)->done->result.word, ResultWord::ok);
}

TEST(Ledgers, SpareAnAddressThatAPersonUnblockedForAsLongAsAsked) {
  Order unblock = releasing(1, order::UnblockIp{block().address, true, 10min}, "");
  const Done done = end_of(unblock);
  EXPECT_FALSE(folded({start_of(unblock), done}).is_spared(block().address, done.at)) << "no person asked";
  unblock.by_person = true;
  EXPECT_FALSE(folded({start_of(unblock)}).is_spared(block().address, done.at));
  const Ledger ledger = folded({start_of(unblock), done});
  EXPECT_TRUE(ledger.is_spared(block().address, done.at + 10min - 1us));
  EXPECT_FALSE(ledger.is_spared(block().address, done.at + 10min));
  EXPECT_FALSE(ledger.is_spared(*parse_address("203.0.113.10"), done.at));
}

TEST(Ledgers, ForgetOnlyWhatNobodyCanAskForAnyMore) {
  const Order order = order_of(1, order::KillProcess{test::sample_process()});
  const std::vector<Entry> all{start_of(order), end_of(order), Acknowledged{order.action, test::kIssued},
                               TimeMark{order.expires_at}};
  const auto forgotten_without = [&](std::size_t left_out) {
    std::vector<Entry> entries = all;
    if (left_out < entries.size()) entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(left_out));
    Ledger ledger = folded(entries);
    return ledger.forget();
  };
  EXPECT_EQ(forgotten_without(99), 1U);
  EXPECT_EQ(forgotten_without(1), 0U) << "its end is open";
  EXPECT_EQ(forgotten_without(2), 0U) << "the engine has no report";
  EXPECT_EQ(forgotten_without(3), 0U) << "the engine's clock is not that far";
  const Order holding = order_of(2, block());
  Ledger ledger =
      folded({start_of(holding), end_of(holding), Acknowledged{holding.action, holding.expires_at}});
  EXPECT_EQ(ledger.forget(), 0U) << "it holds an effect";
  ledger.apply(Released{holding.action, test::kIssued});
  EXPECT_EQ(ledger.forget(), 1U);
}

TEST(Ledgers, RememberACancellationForAsLongAsAnOrderMayLive) {
  Ledger ledger = folded(
      {Cancelled{action_of(1), 2, test::kIssued}, TimeMark{test::kIssued + order::kOrderLifeMax - 1us}});
  EXPECT_EQ(ledger.forget(), 0U);
  EXPECT_TRUE(ledger.is_disowned(action_of(1), 2));
  EXPECT_FALSE(ledger.is_disowned(action_of(1), 3));
  ledger.apply(TimeMark{test::kIssued + order::kOrderLifeMax});
  EXPECT_EQ(ledger.forget(), 1U);
  EXPECT_FALSE(ledger.is_disowned(action_of(1), 2));
}

TEST(Ledgers, DropAStartThatIsDisownedAndTheHoldThatBeganWithIt) {
  Order order = order_of(1, block());
  order.attempt = 2;
  Ledger ledger = folded({start_of(order), Cancelled{order.action, 1, order.issued_at}});
  EXPECT_NE(ledger.find(order.action), nullptr) << "an earlier attempt was disowned";
  ledger.apply(Cancelled{order.action, 2, order.issued_at});
  EXPECT_EQ(ledger.find(order.action), nullptr);
  EXPECT_EQ(ledger.holdings().size(), 0U);
  EXPECT_TRUE(ledger.is_disowned(order.action, 2));
  EXPECT_FALSE(ledger.is_disowned(order.action, 3));
  EXPECT_EQ(ledger.epoch_of(order.fence.shard), order.fence.epoch) << "the old engine stays shut out";
  order.attempt = 3;
  ledger.apply(start_of(order));
  EXPECT_EQ(ledger.find(order.action)->started.order.attempt, 3U);
  EXPECT_NE(ledger.holdings().find(order.action), nullptr);
  EXPECT_EQ(folded(ledger.snapshot()), ledger);
}

TEST(Ledgers, KeepAnEndWhateverIsDisownedLater) {
  const Order order = order_of(1, block());
  for (const ResultWord word : {ResultWord::ok, ResultWord::unknown, ResultWord::timeout}) {
    const Ledger ledger =
        folded({start_of(order), end_of(order, word), Cancelled{order.action, 9, order.issued_at}});
    ASSERT_NE(ledger.find(order.action), nullptr) << name_of(word);
    EXPECT_EQ(ledger.holdings().size(), 1U) << name_of(word);
  }
}

TEST(Ledgers, CorrectAClockThatWasSetBackAndFollowOneThatIsAhead) {
  const Ledger ledger = folded({TimeMark{test::kIssued}});
  EXPECT_EQ(ledger.corrected(test::kIssued - 24h), test::kIssued);
  EXPECT_EQ(ledger.corrected(test::kIssued + 24h), test::kIssued + 24h);
}

TEST(Deadlines, GoByTheTimeSinceBootAndAfterARebootByTheWall) {
  const Instant due = moment(1h);
  Instant now = moment(1h);
  now.wall -= 24h;
  EXPECT_TRUE(has_passed(due, now)) << "a clock set back";
  now = moment(1h - 1us);
  now.wall += 24h;
  EXPECT_FALSE(has_passed(due, now)) << "a clock set forward";
  EXPECT_TRUE(has_passed(due, {due.wall, kNextBoot, 1s}));
  EXPECT_FALSE(has_passed(due, {due.wall - 1us, kNextBoot, 100h}));
}

class RandomEntries {
 public:
  explicit RandomEntries(std::uint32_t seed) : random_(seed) {}

  Entry next() {
    const Order order = random_order();
    const WallTime at = test::kIssued + std::chrono::seconds(below(600));
    switch (below(8)) {
      case 0:
      case 1:
        return start_of(order, std::chrono::seconds(below(600)));
      case 2:
      case 3: {
        Done done = end_of(order, static_cast<ResultWord>(below(std::to_underlying(kLastResultWord) + 1)));
        for (int count = below(3); count > 0; --count) done.lifted.push_back(random_action());
        done.at = at;
        return done;
      }
      case 4:
        return Released{order.action, at};
      case 5:
        return Cancelled{order.action, static_cast<std::uint32_t>(below(4)), at};
      case 6:
        return Acknowledged{order.action, at};
      default:
        return FenceRaised{static_cast<std::uint32_t>(below(3)), static_cast<std::uint64_t>(below(9))};
    }
  }

 private:
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  ActionId random_action() { return action_of(below(12)); }
  Order random_order() {
    auto orders = test::orders_of_every_verb();
    Order order = orders[static_cast<std::size_t>(below(static_cast<int>(orders.size())))];
    order.action = random_action();
    order.by_person = below(2) == 0;
    order.attempt = 1 + static_cast<std::uint32_t>(below(3));
    order.fence.epoch = static_cast<std::uint64_t>(below(9));
    order.issued_at += std::chrono::seconds(below(600));
    order.expires_at = order.issued_at + std::chrono::minutes(1 + below(9));
    return order;
  }
  std::mt19937 random_;
};

TEST(Ledgers, FollowFromTheirSnapshotAsTheyFollowedFromTheEntries) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    RandomEntries random(seed);
    Ledger ledger;
    for (int count = 0; count < 40; ++count) ledger.apply(random.next());
    ASSERT_EQ(folded(ledger.snapshot()), ledger) << "seed " << seed;
    ledger.forget();
    ASSERT_EQ(folded(ledger.snapshot()), ledger) << "seed " << seed << ", after forgetting";
    for (int count = 0; count < 10; ++count) ledger.apply(random.next());
    ASSERT_EQ(folded(ledger.snapshot()), ledger) << "seed " << seed << ", and going on";
  }
}

}  // namespace
}  // namespace riposte::agent
