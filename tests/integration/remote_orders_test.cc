// From a detection to the report of another host: the real engine, channel and network program, and hands
// that a test moves.
#include <atomic>
#include <csignal>

#include <gtest/gtest.h>

#include "connectors/agents/fleet.h"
#include "tests/integration/fleet.h"
#include "tests/support/running_engine.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using order::Frame;
using order::FrameType;
using order::Purpose;
using test::FakeHands;
using test::kPatience;

/// Carries out what is signed by its engine, once, and remembers it.
class ObedientHands {
 public:
  ObedientHands(const std::filesystem::path& state, const std::filesystem::path& socket)
      : hands_(state, socket),
        key_(*agent::open_report_key(state / "report.key")),
        ring_(*agent::ring_of(hands_.identity())),
        thread_([this](const std::stop_token& stop) { work(stop); }) {}

  std::atomic<int> carried_out{0};
  std::atomic<int> probed{0};
  std::atomic<int> acknowledged{0};
  std::atomic<bool> silent{false};  ///< it does what it is told, and tells nobody

 private:
  void work(const std::stop_token& stop) {
    while (!stop.stop_requested())
      if (const auto frame = hands_.await(FrameType::order, 100ms)) obey(*frame);
  }
  void obey(const Frame& frame) {
    const auto sealed = order::decode_signed<order::Domain::order>(frame.body);
    const auto order = order::open_order(*sealed, ring_, SystemClock().now());
    if (!order) return;
    if (order->purpose == Purpose::acknowledge) ++acknowledged;
    if (order->purpose == Purpose::probe) ++probed;
    if (order->purpose == Purpose::carry_out && ran_.insert(order->action).second) ++carried_out;
    if (order->purpose == Purpose::acknowledge || silent) return;
    hands_.send({FrameType::report, order::encode(*order::sign(report_on(*order), key_))});
  }
  order::Report report_on(const order::Order& order) {
    order::Report report;
    report.fleet = hands_.identity().fleet;
    report.machine_id = hands_.identity().machine_id;
    report.enrolment = hands_.identity().enrolment;
    report.answers = order.purpose;
    report.action = order.action;
    report.attempt = order.attempt;
    report.result = {ResultWord::ok, "done there", {{"exe", "/tmp/xmrig"}}};
    report.standing = ran_.contains(order.action) ? order::Standing::ended : order::Standing::never_ran;
    report.finding = order.purpose == Purpose::verify ? order::Finding::proven : order::Finding::none;
    report.journal_id = std::string(32, 'a');
    report.journal_sequence = 7 + ran_.size();
    report.at = SystemClock().now();
    return report;
  }

  FakeHands hands_;
  order::SigningKey key_;
  order::KeyRing ring_;
  std::set<ActionId> ran_;  ///< of the thread
  std::jthread thread_;
};

class RemoteOrders : public test::RunningEngine {
 protected:
  RemoteOrders() { policy_.verify_after = 10ms; }
  void TearDown() override { engine_.reset(); }

  /// The host of the detections has an agent.
  void SetUp() override {
    ASSERT_EQ(host_.enroll(host_.new_token("h"), "h"), 0);
    const std::uint16_t port = host_.server->port();
    host_.server.reset();
    auto opened = agents::AgentFleet::open(
        agents::FleetOptions{.fleet = "north", .listen_address = "127.0.0.1", .port = port},
        {host_.scratch.path(), {"engine"}, 1, records_, clock_, metrics_});
    ASSERT_TRUE(opened) << opened.error().text();
    fleet_ = *std::move(opened);
    remote_ = &fleet_->hands();
    start(compiled({killing_rule("miner")}));
  }
  int proven() {
    int count = 0;
    for (const Action& action : actions()) count += action.verification == Verification::passed ? 1 : 0;
    return count;
  }

  test::Fleet host_;
  std::unique_ptr<agents::AgentFleet> fleet_;
};

TEST_F(RemoteOrders, WaitForTheirHostAndEndWithItsProof) {
  constexpr int kDetections = 20;
  for (int i = 0; i < kDetections; ++i)
    streams_.append(stream_, detection_of("uid-" + std::to_string(i), i + 2));
  ASSERT_TRUE(eventually([&] { return actions().size() == kDetections; }));
  for (const Action& action : actions()) EXPECT_EQ(action.state, State::queued);
  ObedientHands hands(host_.state(), host_.socket());
  const auto link = host_.start_link();
  ASSERT_TRUE(eventually([&] { return proven() == kDetections; })) << proven();
  EXPECT_EQ(hands.carried_out, kDetections);
  EXPECT_TRUE(eventually([&] { return hands.acknowledged == kDetections; })) << hands.acknowledged;
  const Action action = actions().front();
  EXPECT_EQ(action.evidence.at("agent"), "h");
  EXPECT_EQ(action.evidence.at("exe"), "/tmp/xmrig");
  EXPECT_EQ(hands_.executed, 0);
}

TEST_F(RemoteOrders, AreAskedAboutWhenTheirAnswerIsLostAndNeverRunTwice) {
  ObedientHands hands(host_.state(), host_.socket());
  hands.silent = true;
  auto link = host_.start_link();
  streams_.append(stream_, detection_of("uid", 4711));
  ASSERT_TRUE(eventually([&] { return hands.carried_out == 1; }));
  link.signal(SIGKILL);
  ASSERT_TRUE(link.wait_for(kPatience));
  const Principal root{UserName("root"), {}, {{Permission::read, ""}}};
  ASSERT_TRUE(eventually([&] { return !fleet_->list(root)->front().connected; }));
  EXPECT_EQ(actions().front().state, State::executing);
  hands.silent = false;
  const auto again = host_.start_link();
  ASSERT_TRUE(eventually([&] { return proven() == 1; })) << actions().front().detail;
  EXPECT_EQ(hands.carried_out, 1);
  EXPECT_GE(hands.probed, 1);
}

}  // namespace
}  // namespace riposte
