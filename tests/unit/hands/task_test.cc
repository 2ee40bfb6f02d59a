#include "agent/hands/task.h"

#include <gtest/gtest.h>

#include "agent/hands/carried_order.h"
#include "agent/hands/lanes.h"
#include "engine/base/hex.h"
#include "tests/support/order_samples.h"

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;

TEST(Lanes, AreOneForAProcessAFileAndAllPacketFilters) {
  const auto lane = [](const order::Command& command) { return lane_of(command); };
  order::ProcessTarget process = test::sample_process();
  EXPECT_EQ(lane(order::KillProcess{process}), lane(order::SuspendProcess{process}));
  EXPECT_EQ(lane(order::KillProcess{process}), lane(order::ResumeProcess{process}));
  ++process.pid;
  EXPECT_NE(lane(order::KillProcess{process}), lane(order::KillProcess{test::sample_process()}));
  EXPECT_EQ(lane(order::IsolateHost{}), lane(order::BlockIp{*parse_address("203.0.113.9")}));
  EXPECT_EQ(lane(order::UnisolateHost{}), lane(order::UnblockIp{*parse_address("203.0.113.1"), true, {}}));
  EXPECT_NE(lane(order::QuarantineFile{"/a", {}, {}, {}}), lane(order::QuarantineFile{"/b", {}, {}, {}}));
}

TEST(Deadlines, AreThoseOfTheVerbAndNoLongerWhateverIsOrdered) {
  const auto deadline = [](order::Command command, Duration ordered) {
    order::Order order = test::sample_order(std::move(command));
    order.deadline = ordered;
    return deadline_of(Task::of(TaskKind::carry_out, order));
  };
  EXPECT_EQ(deadline(order::KillProcess{test::sample_process()}, 0s), kProcessDeadline);
  EXPECT_EQ(deadline(order::KillProcess{test::sample_process(), false, 30s}, 0s), kProcessDeadline + 30s);
  EXPECT_EQ(deadline(order::IsolateHost{}, 10min), kFilterDeadline);
  EXPECT_EQ(deadline(order::QuarantineFile{"/a", {}, {}, {}}, 0s), kFileDeadline);
  EXPECT_EQ(deadline(order::QuarantineFile{"/a", {}, {}, {}}, 20s), 20s);
  EXPECT_EQ(deadline_of(Task::of(TaskKind::verify, test::sample_order())), kLookDeadline);
}

/// Every verb has a place; a new one has to be given one.
TEST(Realms, AreThoseOfTheirVerbs) {
  for (const order::Order& order : test::orders_of_every_verb()) {
    const std::string lane = lane_of(order.command);
    const Realm realm = realm_of(order::verb_of(order.command));
    EXPECT_EQ(realm == Realm::process, lane.starts_with("process ")) << lane;
    EXPECT_EQ(realm == Realm::filter, lane == "filter") << lane;
  }
}

TEST(Lanes, LetTheFirstThatMayBeginAndNobodyElseInItsLane) {
  Lanes lanes;
  const auto kill = [](std::int32_t pid) {
    order::ProcessTarget process = test::sample_process();
    process.pid = pid;
    return Task::of(TaskKind::carry_out, test::sample_order(order::KillProcess{process}));
  };
  lanes.push(1, kill(10));
  lanes.push(2, kill(10));
  lanes.push(3, kill(11));
  EXPECT_EQ(lanes.next()->id, 1U);
  EXPECT_EQ(lanes.next()->id, 3U);
  EXPECT_FALSE(lanes.next());
  lanes.end(1);
  EXPECT_EQ(lanes.next()->id, 2U);
}

TEST(Lanes, LetNoMoreChildrenLiveThanAreAllowed) {
  Lanes lanes;
  for (TaskId id = 1; id <= 2 * kChildrenMax; ++id) {
    order::ProcessTarget process = test::sample_process();
    process.pid = static_cast<std::int32_t>(id);
    lanes.push(id, Task::of(TaskKind::carry_out, test::sample_order(order::KillProcess{process})));
  }
  std::size_t begun = 0;
  while (lanes.next()) ++begun;
  EXPECT_EQ(begun, kChildrenMax);
}

TEST(CarriedOrders, AreReadFromHexadecimalDigitsWithBlanks) {
  const auto sealed = sign(test::sample_order(), test::key_of(1));
  std::string digits = to_hex(encode(*sealed));
  for (std::size_t at = 64; at < digits.size(); at += 65) digits.insert(at, "\n");
  EXPECT_EQ(*read_carried(digits + "\n"), *sealed);
  EXPECT_EQ(read_carried("").error().code, Errc::invalid);
  EXPECT_EQ(read_carried("xyz").error().code, Errc::invalid);
  EXPECT_EQ(read_carried(digits.substr(2)).error().code, Errc::invalid);
}

TEST(CarriedOrders, AreNotHandedToNobody) {
  const auto sealed = sign(test::sample_order(), test::key_of(1));
  EXPECT_EQ(hand_over(*sealed, "/nonexistent/hands.sock", 1s).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace riposte::agent
