#include <csignal>

#include <gtest/gtest.h>
#include <unistd.h>

#include "agent/link/link.h"
#include "tests/integration/fleet.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;
using order::FrameType;
using test::FakeHands;
using test::Fleet;

/// The network program in this process, with less patience than it is shipped with.
class LinkOfATest {
 public:
  explicit LinkOfATest(const Fleet& fleet) {
    agent::LinkOptions options{.state = fleet.state(), .socket = fleet.socket()};
    options.hands_ping_interval = 50ms;
    options.hands_silence_max = kSilence;
    options.backoff_least = 50ms;
    thread_ = std::thread([this, options] { ended_ = agent::run_link(options, clock_); });
  }
  ~LinkOfATest() {
    ::kill(::getpid(), SIGTERM);
    thread_.join();
    EXPECT_TRUE(ended_);
  }
  LinkOfATest(const LinkOfATest&) = delete;
  LinkOfATest& operator=(const LinkOfATest&) = delete;

  static constexpr std::chrono::milliseconds kSilence{500};

 private:
  SystemClock clock_;
  Result<void> ended_;
  std::thread thread_;
};

struct StandingHands : testing::Test, Fleet {
  StandingHands() { EXPECT_EQ(enroll(new_token()), 0); }
};

TEST_F(StandingHands, LoseTheirHostTheEngineUntilTheyAnswerAgain) {
  FakeHands hands(state(), socket());
  const LinkOfATest link(*this);
  ASSERT_TRUE(told.connected(1));
  hands.stand_still(true);
  ASSERT_TRUE(told.lost(1));
  EXPECT_FALSE(server->is_connected(machine_id()));
  std::this_thread::sleep_for(2 * LinkOfATest::kSilence);
  EXPECT_EQ(hands.welcomes(), 1U) << "no new connection while nobody would carry anything out";
  hands.stand_still(false);
  ASSERT_TRUE(told.connected(2));
  ASSERT_TRUE(server->send(machine_id(), {FrameType::order, "afterwards"}));
  EXPECT_EQ(hands.await(FrameType::order)->body, "afterwards");
}

TEST_F(StandingHands, ThatNeverAnsweredNeverGetTheirHostConnected) {
  FakeHands hands(state(), socket());
  hands.stand_still(true);
  const LinkOfATest link(*this);
  std::this_thread::sleep_for(2 * LinkOfATest::kSilence);
  EXPECT_EQ(hands.welcomes(), 0U);
  hands.stand_still(false);
  EXPECT_TRUE(told.connected(1));
}

TEST_F(StandingHands, AreNotThoseThatTakeLongForAnOrder) {
  FakeHands hands(state(), socket());
  const LinkOfATest link(*this);
  ASSERT_TRUE(told.connected(1));
  ASSERT_TRUE(server->send(machine_id(), {FrameType::order, "a slow one"}));
  ASSERT_TRUE(hands.await(FrameType::order));
  std::this_thread::sleep_for(3 * LinkOfATest::kSilence);
  EXPECT_TRUE(server->is_connected(machine_id()));
  EXPECT_EQ(hands.welcomes(), 1U);
}

}  // namespace
}  // namespace riposte
