#include "connectors/agents/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/agents/report_fact.h"
#include "tests/support/action_builder.h"

namespace riposte::agents {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::HasSubstr;

const std::string kJournal(32, '5');

order::SigningKey key(std::uint8_t seed) {
  order::Seed bytes{};
  bytes.fill(seed);
  return order::SigningKey::from_seed(bytes);
}

/// Keeps what is sent; the host behind it is the test.
class FakeChannel final : public Channel {
 public:
  bool is_connected(const std::string&) const override { return open; }
  bool send(const std::string& machine_id, order::Frame frame) override {
    if (!open) return false;
    const auto sealed = order::decode_signed<order::Domain::order>(frame.body);
    const auto ring = *order::KeyRing::of({{engine.public_key(), WallTime{}}});
    orders.push_back(*order::open_order(*sealed, ring, kNoon));
    EXPECT_EQ(orders.back().machine_id, machine_id);
    return true;
  }
  bool open = true;
  order::SigningKey engine = key(1);
  std::vector<order::Order> orders;
};

class RoutedOrders : public testing::Test {
 protected:
  RoutedOrders() {
    AgentEntry web;
    web.machine_id = "m-1";
    web.enrolment = 7;
    web.name = "web01";
    web.enrolled_at = kNoon - 1h;
    web.report_key = host_.public_key();
    entries_ = {web};
    router_.refresh();
    router_.use(&channel_);
    router_.on_connected([this](const std::string& host) { came_.push_back(host); });
  }
  static Action block(const std::string& host = "web01") {
    ActionRequest request = some_request();
    request.type = ActionType::block_ip;
    request.host = host;
    request.parameters = {{"address", "203.0.113.9"}};
    request.ttl = 4h;
    request.id = ActionId(std::string(32, 'a'));
    return lived({Proposed{request, no_approval()}});
  }
  void connect(std::uint64_t sequence = 10, const std::string& journal = kJournal) {
    router_.events().connected(entries_.front(), {"fleet", "m-1", 7, journal, sequence, {}, kNoon});
  }
  /// As the pipeline starts it.
  Action started(const Action& queued) {
    const Route route = router_.route(queued);
    EXPECT_EQ(route.reach, Reach::connected) << route.why;
    return step(&queued, Started{route.bound}, kNoon)->action;
  }
  void give(Effect effect) {
    router_.give(std::move(effect),
                 [this](std::optional<Fact> fact) { answers_.push_back(std::move(fact)); });
  }
  order::Report report(order::Purpose answers, order::Standing standing, ResultWord word = ResultWord::ok) {
    order::Report report;
    report.fleet = "fleet";
    report.machine_id = "m-1";
    report.enrolment = 7;
    report.answers = answers;
    report.action = ActionId(std::string(32, 'a'));
    report.attempt = 1;
    report.result = {word, "said so", {}};
    report.standing = standing;
    report.journal_id = kJournal;
    report.journal_sequence = 12;
    report.at = kNoon;
    return report;
  }
  void hear(const order::Report& report) { router_.events().report("m-1", *order::sign(report, host_)); }
  template <class F>
  const F& answer() {
    EXPECT_EQ(answers_.size(), 1U);
    return std::get<F>(answers_.at(0).value());
  }

  ManualClock clock_{kNoon};
  Metrics metrics_;
  FakeChannel channel_;
  order::SigningKey host_ = key(2);
  std::vector<AgentEntry> entries_;
  std::map<ActionId, Action> on_record_;
  Router router_{{"fleet", {"Engine"}, 3},
                 {clock_, metrics_, channel_.engine, [this] { return entries_; },
                  [this](const ActionId& id) -> Result<std::optional<Action>> {
                    const auto found = on_record_.find(id);
                    return found == on_record_.end() ? std::nullopt : std::optional(found->second);
                  }}};
  std::vector<std::string> came_;
  std::vector<std::optional<Fact>> answers_;
};

TEST_F(RoutedOrders, FindTheirHostAndSayWhereItIs) {
  EXPECT_EQ(router_.route(block()).reach, Reach::offline);
  EXPECT_THAT(router_.route(block()).why, HasSubstr("web01 (m-1) has not come since this engine started"));
  EXPECT_EQ(router_.route(block("nowhere")).reach, Reach::unknown_host);
  EXPECT_EQ(router_.route(block("engine")).reach, Reach::here) << "the engine's own host, without an agent";
  connect();
  EXPECT_EQ(came_, std::vector<std::string>{"m-1"});
  EXPECT_EQ(router_.route(block()).reach, Reach::connected);
  clock_.advance(1h);
  router_.events().lost("m-1");
  EXPECT_THAT(router_.route(block()).why, HasSubstr("away since 2026-03-10T13:00:00.000Z"));
}

TEST_F(RoutedOrders, StayWithTheEngineWhereItIsTold) {
  connect();
  Action action = block();
  action.execute_from = {ExecuteFrom::Place::engine, ""};
  EXPECT_EQ(router_.route(action).reach, Reach::here);
  action = block();
  action.type = ActionType::run_script;
  EXPECT_EQ(router_.route(action).reach, Reach::here);
}

TEST_F(RoutedOrders, AreSignedForOneHostAndAShortTime) {
  connect();
  const Action action = started(block());
  give(Dispatch{action, 42});
  ASSERT_EQ(channel_.orders.size(), 1U);
  const order::Order& order = channel_.orders.front();
  EXPECT_EQ(order.purpose, order::Purpose::carry_out);
  EXPECT_EQ(order.enrolment, 7U);
  EXPECT_EQ(order.fence, (order::Fence{1, 3, 42}));
  EXPECT_EQ(order.expires_at, kNoon + 5min);
  EXPECT_EQ(order.ttl, 4h);
  EXPECT_TRUE(answers_.empty());
}

TEST_F(RoutedOrders, EndWithTheHostsReportAndAreAcknowledgedWhenThatIsOnRecord) {
  connect();
  const Action action = started(block());
  give(Dispatch{action});
  hear(report(order::Purpose::carry_out, order::Standing::ended));
  const Action done = step(&action, answer<Reported>(), kNoon)->action;
  EXPECT_EQ(done.state, State::completed);
  EXPECT_EQ(done.evidence.at("agent"), "web01");
  EXPECT_EQ(channel_.orders.size(), 1U) << "nothing is acknowledged that is not on record";
  router_.recorded(done);
  router_.recorded(done);
  ASSERT_EQ(channel_.orders.size(), 2U);
  EXPECT_EQ(channel_.orders.back().purpose, order::Purpose::acknowledge);
}

TEST_F(RoutedOrders, AreNotChangedByReportsThatComeTwiceOrFromAnotherTime) {
  connect();
  const Action action = started(block());
  give(Dispatch{action});
  hear(report(order::Purpose::carry_out, order::Standing::started));
  EXPECT_TRUE(answers_.empty()) << "the host is still at it";
  hear(report(order::Purpose::verify, order::Standing::ended));
  EXPECT_TRUE(answers_.empty());
  hear(report(order::Purpose::carry_out, order::Standing::ended));
  hear(report(order::Purpose::carry_out, order::Standing::ended, ResultWord::error));
  EXPECT_EQ(answer<Reported>().outcome.kind, Outcome::Kind::ok);
}

TEST_F(RoutedOrders, AreThankedForAgainWhenAHostRepeatsItself) {
  connect();
  Action action = started(block());
  hear(report(order::Purpose::carry_out, order::Standing::ended));
  EXPECT_TRUE(channel_.orders.empty()) << "nothing is known of it";
  on_record_[action.id] = action;
  hear(report(order::Purpose::carry_out, order::Standing::ended));
  EXPECT_TRUE(channel_.orders.empty()) << "its end is not on record";
  on_record_[action.id].state = State::completed;
  hear(report(order::Purpose::carry_out, order::Standing::ended));
  ASSERT_EQ(channel_.orders.size(), 1U);
  EXPECT_EQ(channel_.orders.back().purpose, order::Purpose::acknowledge);
}

TEST_F(RoutedOrders, AreBelievedOnlyOfTheHostThatSignedThem) {
  connect();
  give(Dispatch{started(block())});
  const order::Report good = report(order::Purpose::carry_out, order::Standing::ended);
  router_.events().report("m-1", *order::sign(good, key(9)));
  order::Report other = good;
  other.machine_id = "m-2";
  hear(other);
  other = good;
  other.enrolment = 6;
  hear(other);
  EXPECT_TRUE(answers_.empty());
  EXPECT_THAT(metrics_.text(), HasSubstr("riposte_agent_reports_refused_total 3"));
}

TEST_F(RoutedOrders, StayOwedWhenTheConnectionEndsAndAreProbed) {
  connect();
  const Action action = started(block());
  give(Dispatch{action});
  router_.events().lost("m-1");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_.front(), std::nullopt);
  answers_.clear();
  connect(11);
  give(AskExecutor{action});
  EXPECT_EQ(channel_.orders.back().purpose, order::Purpose::probe);
  hear(report(order::Purpose::probe, order::Standing::started));
  EXPECT_TRUE(answers_.empty()) << "its end is awaited";
  hear(report(order::Purpose::carry_out, order::Standing::ended));
  EXPECT_EQ(answer<Probed>().probe.kind, Probe::Kind::ran);
}

TEST_F(RoutedOrders, StayOwedWhenNothingCouldBeSent) {
  connect();
  const Action action = started(block());
  channel_.open = false;
  give(Dispatch{action});
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_.front(), std::nullopt);
  EXPECT_EQ(router_.presence("m-1").under_way, 0U);
}

TEST_F(RoutedOrders, AreCountedWhileTheyAreUnderWay) {
  connect();
  give(Dispatch{started(block())});
  const Router::Presences all = router_.presences();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all.at("m-1").connected);
  EXPECT_EQ(all.at("m-1").journal.sequence, 10U);
  EXPECT_EQ(all.at("m-1").under_way, 1U);
  EXPECT_EQ(router_.presence("m-1").under_way, 1U);
  EXPECT_EQ(router_.presence("m-2").under_way, 0U);
}

TEST_F(RoutedOrders, MayBeGivenAgainWhenTheHostSaysThatTheyNeverRan) {
  connect();
  const Action action = started(block());
  give(AskExecutor{action});
  hear(report(order::Purpose::probe, order::Standing::never_ran, ResultWord::error));
  EXPECT_EQ(answer<Probed>().probe.kind, Probe::Kind::never_ran);
}

TEST_F(RoutedOrders, AreInDoubtWhenTheJournalOfTheHostWentBack) {
  for (const auto& [sequence, journal] :
       {std::pair{std::uint64_t{9}, kJournal}, {20, std::string(32, '6')}}) {
    connect(10);
    const Action action = started(block());
    router_.events().lost("m-1");
    connect(sequence, journal);
    answers_.clear();
    give(AskExecutor{action});
    EXPECT_EQ(answer<Probed>().probe.kind, Probe::Kind::unknown);
    EXPECT_THAT(answer<Probed>().probe.detail, HasSubstr("the journal of the host was lost or put back"));
    EXPECT_TRUE(router_.presence("m-1").journal_went_back);
    connect(10);
  }
}

TEST_F(RoutedOrders, StayInDoubtAboutALostJournalAfterARestart) {
  connect(30);
  Action action = started(block());
  action.in_doubt = true;
  action.detail = std::string(kJournalWentBack) + "; …";
  give(AskExecutor{action});
  EXPECT_EQ(answer<Probed>().probe.kind, Probe::Kind::unknown);
}

TEST_F(RoutedOrders, AreNotForAHostThatWasEnrolledAfterwards) {
  entries_.front().enrolled_at = kNoon + 1h;
  router_.refresh();
  connect();
  give(Dispatch{started(block())});
  EXPECT_EQ(answer<Reported>().outcome.kind, Outcome::Kind::refused_identity);
  EXPECT_TRUE(channel_.orders.empty());
}

TEST_F(RoutedOrders, StayWithTheEnrolmentThatTheyWereGivenTo) {
  connect();
  const Action action = started(block());
  entries_.front().enrolment = 8;
  router_.refresh();
  give(AskExecutor{action});
  EXPECT_EQ(answer<Probed>().probe.kind, Probe::Kind::unknown);
  EXPECT_THAT(answer<Probed>().probe.detail, HasSubstr("enrolled anew"));
  entries_.front().revoked_at = kNoon;
  router_.refresh();
  answers_.clear();
  EXPECT_EQ(router_.route(action).reach, Reach::connected) << "to be answered, not to wait for ever";
  give(AskExecutor{action});
  EXPECT_THAT(answer<Probed>().probe.detail, HasSubstr("not enrolled any more"));
}

TEST_F(RoutedOrders, AreCalledOffWhenAPersonCancelsThem) {
  connect();
  Action action = started(block());
  action.in_doubt = true;
  const Action cancelled = step(&action, Decided{Decision::cancel, person("bob"), ""}, kNoon)->action;
  router_.recorded(cancelled);
  ASSERT_EQ(channel_.orders.size(), 1U);
  EXPECT_EQ(channel_.orders.back().purpose, order::Purpose::cancel);
}

TEST_F(RoutedOrders, AreProvedByTheHost) {
  connect();
  const Action action = started(block());
  give(Verify{action});
  EXPECT_EQ(channel_.orders.back().purpose, order::Purpose::verify);
  order::Report proof = report(order::Purpose::verify, order::Standing::ended);
  proof.finding = order::Finding::disproven;
  hear(proof);
  EXPECT_EQ(answer<Checked>().proof.kind, Proof::Kind::disproven);
}

TEST_F(RoutedOrders, AreShownBeforeTheyAreGiven) {
  const auto preview = router_.preview(block());
  ASSERT_TRUE(preview) << preview.error().text();
  EXPECT_EQ((*preview)->summary, "block_ip 203.0.113.9 by agent web01 (m-1)");
  EXPECT_THAT((*preview)->notes.front(), HasSubstr("it would wait"));
  EXPECT_EQ(router_.preview(block("engine"))->has_value(), false);
  EXPECT_THAT(router_.preview(block("nowhere")).error().text(), HasSubstr("no agent for host 'nowhere'"));
  Action bad = block();
  bad.ttl = 1s;
  EXPECT_THAT(router_.preview(bad).error().text(), HasSubstr("ttl"));
}

}  // namespace
}  // namespace riposte::agents
