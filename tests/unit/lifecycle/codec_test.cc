#include "engine/lifecycle/codec.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace test;

Action full_action() {
  Action action = in_doubt_action();
  action.parameters = {
      {"flag", true}, {"big", std::int64_t{INT64_MIN}}, {"text", std::string("a\0b\xff", 4)}};
  action.evidence = {{"start_ticks", "88"}, {"boot_id", "b"}};
  action.due_at = kNoon;
  action.approver = "bob";
  action.checks = 2;
  return action;
}

AuditRecord full_record() {
  AuditRecord record = *step(nullptr, Proposed{some_request(), approval()}, kNoon)->audit;
  record.sequence = UINT64_MAX;
  record.from = State::executing;
  return record;
}

TEST(Codec, ReadsBackWhatItWrote) {
  EXPECT_EQ(decode_action(encode(full_action())), full_action());
  EXPECT_EQ(decode_audit(encode(full_record())), full_record());
  const DeadLetter letter{StreamId("file:x"), Offset(-1), kNoon,
                          "not_json",         "why",      std::string("\0\x80{", 3)};
  EXPECT_EQ(decode_dead_letter(encode(letter)), letter);
  const StreamPosition position{StreamId("kafka:t/1"), Partition(3), Offset(INT64_MAX)};
  EXPECT_EQ(decode_position(encode(position)), position);
  EXPECT_EQ(decode_action(encode(held_offer())), held_offer());
  EXPECT_EQ(decode_action(encode(passing_action())), passing_action());
}

TEST(Codec, RefusesEveryTruncation) {
  const std::string bytes = encode(full_action());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_EQ(decode_action(std::string_view(bytes).substr(0, length)).error().code, Errc::corrupt) << length;
}

TEST(Codec, RefusesBytesBehindTheEnd) { EXPECT_FALSE(decode_action(encode(full_action()) + "x")); }

TEST(Codec, RefusesAVersionFromTheFuture) {
  std::string bytes = encode(full_action());
  bytes[0] = static_cast<char>(kCodecVersion + 1);
  EXPECT_EQ(decode_action(bytes).error().what, "stored action has an unknown format version");
}

TEST(Codec, NeverCrashesOnDamagedBytes) {
  std::mt19937 random(20260310);  // NOLINT(cert-msc51-cpp): the same damage in every run
  const std::string bytes = encode(full_action());
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = bytes;
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    if (!decode_action(damaged)) ++refused;
  }
  EXPECT_GT(refused, 1000U);
}

}  // namespace
}  // namespace riposte
