#include "agent/link/pulse.h"

#include <gtest/gtest.h>

namespace riposte::agent {
namespace {

using namespace std::chrono_literals;

constexpr Pulse::Time kBegun{1h};

TEST(APulse, BeatsFromTheFirstAnswerOn) {
  Pulse pulse;
  EXPECT_FALSE(pulse.beats());
  EXPECT_FALSE(pulse.awaits_answer());
  pulse.ask(kBegun);
  EXPECT_TRUE(pulse.awaits_answer());
  EXPECT_FALSE(pulse.beats());
  EXPECT_FALSE(pulse.stops(kBegun + 1h, 30s)) << "it has never beaten";
  EXPECT_TRUE(pulse.answer());
  EXPECT_TRUE(pulse.beats());
  EXPECT_FALSE(pulse.answer()) << "no news";
}

TEST(APulse, StopsWhenAQuestionWaitsForTooLongAndNotWhenNobodyAsked) {
  Pulse pulse;
  pulse.answer();
  EXPECT_FALSE(pulse.stops(kBegun + 1h, 30s));
  pulse.ask(kBegun);
  EXPECT_FALSE(pulse.stops(kBegun + 30s - 1ms, 30s));
  EXPECT_TRUE(pulse.stops(kBegun + 30s, 30s));
  EXPECT_FALSE(pulse.beats());
  EXPECT_FALSE(pulse.stops(kBegun + 31s, 30s)) << "told once";
  EXPECT_TRUE(pulse.awaits_answer()) << "the same question still waits";
}

TEST(APulse, BeatsAgainWithTheLateAnswer) {
  Pulse pulse;
  pulse.answer();
  pulse.ask(kBegun);
  ASSERT_TRUE(pulse.stops(kBegun + 30s, 30s));
  EXPECT_TRUE(pulse.answer());
  EXPECT_TRUE(pulse.beats());
  pulse.ask(kBegun + 40s);
  EXPECT_FALSE(pulse.stops(kBegun + 69s, 30s)) << "a new question, a new wait";
}

}  // namespace
}  // namespace riposte::agent
