#include <thread>

#include <gtest/gtest.h>

#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/base/hex.h"
#include "engine/base/metrics.h"
#include "engine/base/nearest.h"

namespace riposte {
namespace {

using namespace std::chrono_literals;

TEST(ErrorText, NamesTheOutermostStepFirst) {
  const Error inner{Errc::unavailable, "the file is locked", {"reading the map", "opening the store"}};
  EXPECT_EQ(inner.text(), "opening the store: reading the map: the file is locked");
}

Result<int> nested(bool outer, bool inner) {
  const auto leaf = [](bool good) -> Result<int> {
    return good ? Result<int>(1) : fail(Errc::invalid, "leaf");
  };
  return TRY([&]() -> Result<int> { return TRY_DOING("inside", leaf(inner)) + 1; }()) + TRY(leaf(outer));
}

TEST(Try, PassesValuesOnAndReturnsErrorsFromAnyDepth) {
  EXPECT_EQ(nested(true, true), 3);
  EXPECT_EQ(nested(true, false).error().text(), "inside: leaf");
  EXPECT_EQ(nested(false, true).error().text(), "leaf");
}

TEST(Iso8601, ReadsWhatSensorsWrite) {
  const WallTime expected = WallTime(1'621'025'074'484'000us);
  for (const char* text :
       {"2021-05-14T20:44:34.484Z", "2021-05-14T20:44:34.484000000Z", "2021-05-14T22:44:34.484+02:00",
        "2021-05-14T20:44:34.484+0000", "2021-05-14 20:44:34.484z"})
    EXPECT_EQ(parse_iso8601(text), expected) << text;
  EXPECT_EQ(iso8601(expected), "2021-05-14T20:44:34.484Z");
}

TEST(Iso8601, RefusesWhatIsNoInstant) {
  for (const char* text : {"", "2021-05-14", "2021-05-14T20:44:34", "2021-13-14T20:44:34Z",
                           "2021-02-30T20:44:34Z", "2021-05-14T24:44:34Z", "2021-05-14T20:44:34.Z",
                           "2021-05-14T20:44:34Zx", "2021-05-14T20:44:34+25:00"})
    EXPECT_FALSE(parse_iso8601(text)) << text;
}

TEST(Durations, ReadAndWriteTheSameText) {
  for (const char* text : {"250ms", "90s", "36h", "7d", "0s", "17us"}) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(duration_text(*parsed), text);
  }
  EXPECT_EQ(parse_duration("5m"), 300s);
  for (const char* text : {"", "5", "s", "-5s", "5 s", "5y", "99999999999999d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(SystemClock, NeverGoesBackwards) {
  SystemClock clock;
  WallTime last = clock.now();
  for (int i = 0; i < 1000; ++i) {
    const WallTime now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(SystemClock, FollowsAClockThatIsSetForwardAndIgnoresOneThatIsSetBack) {
  SystemClock::Readings machine{WallTime(1000s), 5s};
  SystemClock clock([&] { return machine; });
  EXPECT_EQ(clock.now(), WallTime(1000s));
  machine = {WallTime(400s), 6s};
  EXPECT_EQ(clock.now(), WallTime(1001s)) << "set back by ten minutes";
  machine = {WallTime(1002s + 500ms), 7s};
  EXPECT_EQ(clock.now(), WallTime(1002s)) << "drift";
  machine = {WallTime(5000s), 8s};
  EXPECT_EQ(clock.now(), WallTime(5000s)) << "it slept, or its clock was wrong at the start";
}

TEST(BoundedQueue, IsFullAtItsCapacityAndTakesTheItemLater) {
  BoundedQueue<std::string> queue(10);
  std::string first = "first";
  std::string second = "second";
  EXPECT_TRUE(queue.try_push(first, 6));
  EXPECT_FALSE(queue.try_push(second, 6));
  EXPECT_EQ(second, "second") << "a refused item stays with its owner";
  EXPECT_EQ(queue.pop(), "first");
  EXPECT_TRUE(queue.try_push(second, 6));
}

TEST(BoundedQueue, TakesAnItemHeavierThanItselfWhenEmpty) {
  BoundedQueue<int> queue(10);
  int item = 1;
  EXPECT_TRUE(queue.try_push(item, 1000));
}

TEST(BoundedQueue, WaitsForRoomNoLongerThanAsked) {
  BoundedQueue<int> queue(1);
  int item = 1;
  ASSERT_TRUE(queue.try_push(item));
  EXPECT_FALSE(queue.push_for(item, 1, 10ms));
  std::jthread reader([&] { queue.pop(); });
  EXPECT_TRUE(queue.push_for(item, 1, 10s));
}

TEST(BoundedQueue, GivesOutWhatIsInsideAfterItWasClosed) {
  BoundedQueue<int> queue(5);
  int item = 7;
  ASSERT_TRUE(queue.try_push(item));
  queue.close();
  EXPECT_FALSE(queue.try_push(item));
  EXPECT_EQ(queue.pop(), 7);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(DidYouMean, NamesTheNearestAndNothingWhenNoneIsNear) {
  constexpr std::array<std::string_view, 3> kNames{"process.name", "process.pid", "host.name"};
  EXPECT_EQ(did_you_mean("proces.name", kNames), "; did you mean 'process.name'?");
  EXPECT_EQ(did_you_mean("porcess.pid", kNames), "; did you mean 'process.pid'?");
  EXPECT_EQ(did_you_mean("zebra", kNames), "");
}

TEST(Metrics, GiveTheSameCounterForTheSameNameAndLabels) {
  Metrics metrics;
  metrics.counter("riposte_x_total", "help", {{"type", "a"}}).add();
  metrics.counter("riposte_x_total", "help", {{"type", "a"}}).add(2);
  metrics.counter("riposte_x_total", "help", {{"type", "b"}}).add();
  EXPECT_NE(metrics.text().find("riposte_x_total{type=\"a\"} 3"), std::string::npos);
  EXPECT_NE(metrics.text().find("riposte_x_total{type=\"b\"} 1"), std::string::npos);
}

TEST(Metrics, StateOneThingAtATime) {
  Metrics metrics;
  metrics.state("riposte_x_info", "help", {{"digest", "old"}});
  metrics.state("riposte_x_info", "help", {{"digest", "old"}});
  EXPECT_NE(metrics.text().find("riposte_x_info{digest=\"old\"} 1"), std::string::npos);
  metrics.state("riposte_x_info", "help", {{"digest", "new"}});
  EXPECT_NE(metrics.text().find("riposte_x_info{digest=\"new\"} 1"), std::string::npos);
  EXPECT_EQ(metrics.text().find("old"), std::string::npos);
}

TEST(Hexadecimal, IsReadAsItWasWritten) {
  EXPECT_EQ(to_hex(std::string_view("\x00\xFFz", 3)), "00ff7a");
  EXPECT_EQ(from_hex("00ff7a"), std::string("\x00\xFFz", 3));
  EXPECT_EQ(from_hex("00f"), std::nullopt);
  EXPECT_EQ(from_hex("00fg"), std::nullopt);
}

TEST(Hexadecimal, OfAnIdentifierIsLowerCaseAndOfItsLength) {
  EXPECT_TRUE(is_hex("00ff", 4));
  EXPECT_FALSE(is_hex("00FF", 4));
  EXPECT_FALSE(is_hex("00ff", 5));
  EXPECT_TRUE(is_uuid("3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa"));
  EXPECT_FALSE(is_uuid("3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aA"));
  EXPECT_FALSE(is_uuid("3f1c07d208a44-4d0a-9a56-2f54f9b6c3aa"));
}

}  // namespace
}  // namespace riposte
