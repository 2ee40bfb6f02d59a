#include "engine/framing/outbox.h"

#include <optional>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "engine/framing/frame_stream.h"

namespace riposte::framing {
namespace {

namespace asio = boost::asio;
using order::Frame;
using order::FrameType;

const Frame kFrame{FrameType::report, "12345"};  // ten bytes with its head

struct OutboxTest : testing::Test {
  asio::io_context io;
  std::shared_ptr<Outbox> outbox = std::make_shared<Outbox>(io.get_executor(), Outbox::Bounds{3, 25});
  std::vector<std::string> taken;

  asio::awaitable<void> take(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::string bytes = co_await outbox->next();
      taken.push_back(std::move(bytes));
    }
  }
  void start_taking(std::size_t count) { asio::co_spawn(io, take(count), asio::detached); }
  void settle() {
    io.restart();
    io.poll();
  }
};

TEST_F(OutboxTest, GivesFramesInTheirOrder) {
  ASSERT_TRUE(outbox->push({FrameType::ping, "1"}));
  ASSERT_TRUE(outbox->push({FrameType::ping, "2"}));
  start_taking(2);
  settle();
  EXPECT_EQ(taken,
            (std::vector{order::encode({FrameType::ping, "1"}), order::encode({FrameType::ping, "2"})}));
}

TEST_F(OutboxTest, TakesSoManyFramesAndSoManyBytes) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(outbox->push({FrameType::ping, ""}));
  EXPECT_FALSE(outbox->push({FrameType::ping, ""})) << "three frames";
  const auto wide = std::make_shared<Outbox>(io.get_executor(), Outbox::Bounds{100, 25});
  EXPECT_TRUE(wide->push(kFrame));
  EXPECT_TRUE(wide->push(kFrame));
  EXPECT_FALSE(wide->push(kFrame)) << "25 bytes";
  EXPECT_TRUE(wide->push({FrameType::ping, ""}));
}

TEST_F(OutboxTest, HasRoomAgainOnlyWhenAFrameHasLeft) {
  ASSERT_TRUE(outbox->push(kFrame));
  ASSERT_TRUE(outbox->push(kFrame));
  start_taking(1);
  settle();
  EXPECT_EQ(taken.size(), 1U);
  EXPECT_FALSE(outbox->push(kFrame)) << "it is on its way and still takes up room";
  start_taking(1);
  settle();
  EXPECT_TRUE(outbox->push(kFrame));
}

TEST_F(OutboxTest, WakesWhoeverWaitsFromAnotherThread) {
  constexpr std::size_t kFrames = 200;
  start_taking(kFrames);
  std::jthread sender([&] {
    for (std::size_t sent = 0; sent < kFrames;) sent += outbox->push({FrameType::ping, ""}) ? 1 : 0;
  });
  io.restart();
  io.run_for(std::chrono::seconds(10));
  EXPECT_EQ(taken.size(), kFrames);
}

TEST_F(OutboxTest, EndsTheWaitWhenItIsClosedAndTakesNothingMore) {
  start_taking(1);
  settle();
  outbox->close();
  settle();
  EXPECT_EQ(taken, std::vector<std::string>{""});
  EXPECT_FALSE(outbox->push(kFrame));
}

}  // namespace
}  // namespace riposte::framing
