#include "agent/ledger/judge.h"

#include <gtest/gtest.h>

#include "tests/unit/ledger/ledger_samples.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;
using order::Order;
using order::Purpose;
using order::Standing;
using test::key_of;

constexpr std::uint64_t kKnownEpoch = 7;

LocalPolicy generous() {
  LocalPolicy policy;
  for (int verb = 1; verb <= static_cast<int>(order::kVerbCount); ++verb)
    policy.allow.insert(static_cast<order::Verb>(verb));
  policy.management = {{*parse_address("192.0.2.5"), 7443}};
  return policy;
}

/// A host and everything that a judgement rests on, changed as a test likes.
struct Court {
  order::KeyRing keys = test::ring_of(key_of(1));
  HostIdentity host{"north", test::sample_order().machine_id, 3};
  Ledger ledger;
  LocalPolicy policy = generous();
  RateLimits rates{{}};
  bool room = true;
  Instant now = moment(1s);

  Judgement judge(const Order& order, std::uint8_t key = 1) const {
    return agent::judge(*sign(order, key_of(key)), {keys, host, ledger, policy, rates, room, now});
  }
  Ruling ruling(const Order& order, std::uint8_t key = 1) const { return judge(order, key).ruling; }
};

enum class History { none, started, ended };

/// The letters of the rulings, as the table below has them.
char letter_of(Ruling ruling) {
  constexpr std::string_view kLetters = "-xacseRfdkr";
  return kLetters.at(std::to_underlying(ruling));
}

/// One row: what the journal knows and whether the order has expired; in it, low, equal and high fence with
/// an allowing policy, then the three with a refusing one.
struct Row {
  History history;
  bool cancelled;
  bool expired;
  std::string_view rulings;
};
constexpr std::array<Row, 12> kRows{{
    {History::none, false, false, "srr sRR"},
    {History::none, false, true, "xxx xxx"},
    {History::none, true, false, "ccc ccc"},
    {History::none, true, true, "xxx xxx"},
    {History::started, false, false, "see see"},
    {History::started, false, true, "xxx xxx"},
    {History::started, true, false, "ccc ccc"},
    {History::started, true, true, "xxx xxx"},
    {History::ended, false, false, "aaa aaa"},
    {History::ended, false, true, "xxx xxx"},
    {History::ended, true, false, "aaa aaa"},
    {History::ended, true, true, "xxx xxx"},
}};

Court court_of(const Row& row, const Order& order, bool allowed) {
  Court court;
  court.ledger.apply(FenceRaised{order.fence.shard, kKnownEpoch});
  Order earlier = order;
  earlier.fence.epoch = kKnownEpoch;
  if (row.history != History::none) court.ledger.apply(start_of(earlier));
  if (row.history == History::ended) court.ledger.apply(end_of(earlier));
  if (row.cancelled) court.ledger.apply(Cancelled{order.action, order.attempt, order.issued_at});
  if (!allowed) court.policy.allow.clear();
  court.now = moment(row.expired ? 5min : 5min - 1us);
  return court;
}

TEST(Judgements, OfEveryOrderInEverySituationAreThoseOfTheTable) {
  const Order order = order_of(1, block());
  std::size_t judged = 0;
  for (const Row& row : kRows) {
    std::string good_key;
    std::string bad_key;
    for (const bool allowed : {true, false}) {
      if (!allowed) good_key += ' ';
      for (const std::uint64_t epoch : {kKnownEpoch - 1, kKnownEpoch, kKnownEpoch + 1}) {
        Order fenced = order;
        fenced.fence.epoch = epoch;
        const Court court = court_of(row, fenced, allowed);
        good_key += letter_of(court.ruling(fenced));
        bad_key += letter_of(court.ruling(fenced, 2));
        judged += 2;
      }
    }
    const std::string situation = "history " + std::to_string(static_cast<int>(row.history)) +
                                  ", cancelled " + std::to_string(row.cancelled) + ", expired " +
                                  std::to_string(row.expired);
    EXPECT_EQ(good_key, row.rulings) << situation;
    EXPECT_EQ(bad_key, "------") << situation << ", signed by another";
  }
  EXPECT_EQ(judged, 144U);
}

TEST(Judgements, DismissWhatIsForAnotherFleetMachineOrEnrolment) {
  const Order order = order_of(1, block());
  EXPECT_EQ(Court().ruling(order), Ruling::run);
  for (const int field : {0, 1, 2}) {
    Order other = order;
    if (field == 0) other.fleet = "south";
    if (field == 1) other.machine_id = "another";
    if (field == 2) other.enrolment = 4;
    const Judgement judgement = Court().judge(other);
    EXPECT_EQ(judgement.ruling, Ruling::dismissed) << field;
    EXPECT_TRUE(judgement.record.empty());
  }
}

TEST(Judgements, OfAReportPassedOffAsAnOrderDismissIt) {
  const Court court;
  const auto report = sign(test::sample_report(), key_of(1));
  const order::SignedOrder posing{report->key_id, report->bytes, report->signature};
  EXPECT_EQ(
      agent::judge(posing, {court.keys, court.host, court.ledger, court.policy, court.rates, true, court.now})
          .ruling,
      Ruling::dismissed);
}

TEST(ExpiredOrders, AreAnsweredWithWhatIsKnownSoThatNobodyConcludesThatTheyNeverRan) {
  const Order order = order_of(1, block());
  Court court;
  court.now = moment(5min);
  EXPECT_EQ(court.judge(order).standing, Standing::never_ran);
  court.ledger.apply(start_of(order));
  EXPECT_EQ(court.judge(order).standing, Standing::started);
  EXPECT_EQ(court.judge(order).result.word, ResultWord::unknown);
  court.ledger.apply(end_of(order));
  const Judgement ended = court.judge(order);
  EXPECT_EQ(ended.standing, Standing::ended);
  EXPECT_EQ(ended.result.word, ResultWord::ok);
  EXPECT_NE(ended.result.detail.find("expired"), std::string::npos);
  EXPECT_NE(ended.result.detail.find("and it ran: detail"), std::string::npos);
}

TEST(ExpiredOrders, StayExpiredWhenTheClockIsSetBack) {
  const Order order = order_of(1, order::KillProcess{test::sample_process()});
  Court court;
  court.ledger = folded({start_of(order), end_of(order), Acknowledged{order.action, order.expires_at}});
  EXPECT_EQ(court.ledger.forget(), 1U);
  court.now.wall = order.issued_at;
  EXPECT_EQ(court.ruling(order), Ruling::expired) << "what was forgotten must never run again";
}

TEST(Orders, FromTheFutureAreRefusedBecauseTheClockIsWrong) {
  const Order order = order_of(1, block());
  Court court;
  court.now = moment(-kClockSkewMax);
  EXPECT_EQ(court.ruling(order), Ruling::run);
  court.now = moment(-kClockSkewMax - 1us);
  EXPECT_EQ(court.ruling(order), Ruling::refused);
  EXPECT_TRUE(court.judge(order).result.detail.starts_with("clock: "));
}

TEST(Orders, ThatEndedAreAnsweredTheSameAgainWhateverTheAttempt) {
  Order order = order_of(1, block());
  Court court;
  court.ledger = folded({start_of(order), end_of(order)});
  order.attempt = 9;
  const Judgement judgement = court.judge(order);
  EXPECT_EQ(judgement.ruling, Ruling::answer);
  EXPECT_EQ(judgement.result, end_of(order).result);
}

TEST(Probes, OfWhatNeverCameBindTheHostNotToRunItLater) {
  const Order order = order_of(1, block());
  Order probe = order;
  probe.purpose = Purpose::probe;
  Court court;
  const Judgement judgement = court.judge(probe);
  ASSERT_EQ(judgement.ruling, Ruling::disown);
  EXPECT_EQ(judgement.standing, Standing::never_ran);
  for (const Entry& entry : judgement.record) court.ledger.apply(entry);
  EXPECT_EQ(court.ruling(order), Ruling::cancelled) << "a delayed copy";
  EXPECT_EQ(court.ruling(probe), Ruling::cancelled) << "asked again";
  Order next = order;
  next.attempt = 2;
  EXPECT_EQ(court.ruling(next), Ruling::run) << "what the engine orders after the answer";
}

TEST(Probes, OfANewEngineShutTheOldOneOut) {
  Order probe = order_of(1, block());
  probe.purpose = Purpose::probe;
  probe.fence.epoch = 8;
  Court court;
  for (const Entry& entry : court.judge(probe).record) court.ledger.apply(entry);
  Order of_old_engine = order_of(2, block());
  EXPECT_EQ(court.ruling(of_old_engine), Ruling::stale);
  of_old_engine.fence.shard = 3;
  EXPECT_EQ(court.ruling(of_old_engine), Ruling::run) << "another shard's epochs are its own";
}

TEST(Probes, OfWhatStartedAskTheWorld) {
  Order probe = order_of(1, block());
  Court court;
  court.ledger = folded({start_of(probe)});
  probe.purpose = Purpose::probe;
  EXPECT_EQ(court.ruling(probe), Ruling::examine);
  court.ledger.apply(end_of(probe));
  EXPECT_EQ(court.ruling(probe), Ruling::answer);
}

TEST(Cancellations, AreMeantForEveryAttempt) {
  Order order = order_of(1, block());
  Order cancel = order;
  cancel.purpose = Purpose::cancel;
  Court court;
  court.ledger.apply(Cancelled{order.action, 1, order.issued_at});
  const Judgement judgement = court.judge(cancel);
  ASSERT_EQ(judgement.ruling, Ruling::disown) << "that the first attempt never ran does not cancel the next";
  for (const Entry& entry : judgement.record) court.ledger.apply(entry);
  order.attempt = 99;
  EXPECT_EQ(court.ruling(order), Ruling::cancelled);
}

TEST(Verifications, LookAtTheWorldWhateverTheJournalKnows) {
  Order verify = order_of(1, block());
  verify.purpose = Purpose::verify;
  Court court;
  EXPECT_EQ(court.ruling(verify), Ruling::examine);
  court.ledger = folded({start_of(verify), end_of(verify)});
  EXPECT_EQ(court.ruling(verify), Ruling::examine);
}

TEST(Acknowledgements, AreRecordedOnceAndOnlyForWhatEnded) {
  Order acknowledgement = order_of(1, block());
  acknowledgement.purpose = Purpose::acknowledge;
  Court court;
  EXPECT_EQ(court.ruling(acknowledgement), Ruling::answer);
  court.ledger = folded({start_of(acknowledgement), end_of(acknowledgement)});
  const Judgement judgement = court.judge(acknowledgement);
  ASSERT_EQ(judgement.ruling, Ruling::acknowledge);
  for (const Entry& entry : judgement.record) court.ledger.apply(entry);
  EXPECT_EQ(court.ruling(acknowledgement), Ruling::answer);
  EXPECT_TRUE(court.ledger.find(acknowledgement.action)->acknowledged);
}

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

TEST(Rulings, HaveNames) {
  EXPECT_EQ(name_of(Ruling::dismissed), "dismissed");
  EXPECT_EQ(name_of(Ruling::run), "run");
}

}  // namespace
}  // namespace riposte::agent
