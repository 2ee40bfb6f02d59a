#include "engine/framing/patience.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace riposte::framing {
namespace {

using namespace std::chrono_literals;

struct Peer {
  explicit Peer(boost::asio::io_context& io) : patience(io.get_executor()) {}
  void cut() { was_cut = true; }

  Patience patience;
  bool was_cut = false;
};

struct PatienceTest : testing::Test {
  std::shared_ptr<Peer> awaited(std::chrono::milliseconds wait) {
    auto peer = std::make_shared<Peer>(io);
    peer->patience.cut_after(wait, std::weak_ptr(peer));
    return peer;
  }
  boost::asio::io_context io;
};

TEST_F(PatienceTest, EndsAfterTheWaitUnlessItIsCancelled) {
  const auto slow = awaited(1ms);
  const auto done = awaited(1ms);
  done->patience.cancel();
  awaited(1ms);  // gone before its time is over
  io.run();
  EXPECT_TRUE(slow->was_cut);
  EXPECT_FALSE(done->was_cut);
}

TEST_F(PatienceTest, BeginsAnewWithEveryWait) {
  const auto peer = awaited(0ms);
  peer->patience.cut_after(1h, std::weak_ptr(peer));
  io.run_for(10ms);
  EXPECT_FALSE(peer->was_cut);
}

}  // namespace
}  // namespace riposte::framing
