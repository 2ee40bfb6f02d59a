#include "agent/ledger/judge.h"

#include <gtest/gtest.h>

#include "tests/unit/ledger/court.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;
using order::Order;
using order::Purpose;
using order::Standing;

constexpr std::uint64_t kKnownEpoch = 7;

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
  const auto report = sign(test::sample_report(), test::key_of(1));
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
  EXPECT_NE(court.judge(order).result.detail.find("it did not run"), std::string::npos);
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

/// The first answer, and what becomes of a copy of the order once the reason has gone.
void expect_bound(Court court, const Order& order, Ruling first, auto mend) {
  const Judgement answered = court.judge(order);
  ASSERT_EQ(answered.ruling, first);
  EXPECT_EQ(answered.standing, Standing::never_ran);
  for (const Entry& entry : answered.record) court.ledger.apply(entry);
  mend(court);
  EXPECT_NE(court.ruling(order), Ruling::run);
  Order next = order;
  ++next.attempt;
  next.issued_at += 1min;
  next.expires_at += 5min;
  next.fence.epoch = 99;
  EXPECT_EQ(court.ruling(next), Ruling::run) << "what the engine orders anew";
}

TEST(Answers, ThatAnOrderDidNotRunBindItsCopiesWhateverChanges) {
  const Order order = order_of(1, block());
  Court forbidding;
  forbidding.policy.allow.clear();
  expect_bound(forbidding, order, Ruling::refused, [](Court& court) { court.policy = generous(); });
  Court slow;
  slow.rates = RateLimits({{order::Verb::block_ip, {1, 0}}});
  expect_bound(slow, order, Ruling::refused, [](Court& court) { court.rates = RateLimits({}); });
  Court late;
  late.now = moment(5min);
  expect_bound(late, order, Ruling::expired, [](Court& court) { court.now = moment(0s); });
  Court fenced;
  fenced.ledger.apply(FenceRaised{order.fence.shard, order.fence.epoch + 1});
  expect_bound(fenced, order, Ruling::stale, [](Court&) {});
}

TEST(Answers, PromiseNothingWhereThePromiseCannotBeRecordedOrWasNotAskedFor) {
  Order order = order_of(1, block());
  Court full;
  full.room = false;
  EXPECT_EQ(full.judge(order).standing, Standing::not_yet);
  EXPECT_TRUE(full.judge(order).record.empty());
  Court early;
  early.now = moment(-1h);
  EXPECT_EQ(early.judge(order).standing, Standing::not_yet) << "the clock is wrong";
  EXPECT_TRUE(early.judge(order).record.empty()) << "a time from the future must not become the engine's";
  order.purpose = Purpose::probe;
  EXPECT_EQ(full.judge(order).ruling, Ruling::full);
  EXPECT_EQ(full.judge(order).standing, Standing::not_yet);
  Court late;
  late.now = moment(5min);
  EXPECT_EQ(late.judge(order).standing, Standing::not_yet) << "the probe has expired, not what it asks about";
}

TEST(Answers, AreNotRecordedTwiceNorWhereTheEnginesOwnClockIsPastThem) {
  const Order order = order_of(1, block());
  Court court;
  court.now = moment(5min);
  for (const Entry& entry : court.judge(order).record) court.ledger.apply(entry);
  EXPECT_TRUE(court.judge(order).record.empty());
  Court past;
  past.ledger.apply(TimeMark{order.expires_at});
  EXPECT_EQ(past.judge(order).standing, Standing::never_ran);
  EXPECT_TRUE(past.judge(order).record.empty());
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

TEST(Orders, WhoseStartWasDisownedStayRefusedAndMakeWayForTheNextAttempt) {
  const Order order = order_of(1, block());
  Court court;
  court.ledger = folded({start_of(order), Cancelled{order.action, order.attempt, order.issued_at}});
  EXPECT_EQ(court.ruling(order), Ruling::cancelled) << "a late copy";
  Order probe = order;
  probe.purpose = Purpose::probe;
  EXPECT_EQ(court.judge(probe).standing, Standing::never_ran);
  Order next = order;
  ++next.attempt;
  EXPECT_EQ(court.ruling(next), Ruling::run);
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

TEST(Rulings, HaveNames) {
  EXPECT_EQ(name_of(Ruling::dismissed), "dismissed");
  EXPECT_EQ(name_of(Ruling::run), "run");
}

}  // namespace
}  // namespace riposte::agent
