#include <gtest/gtest.h>

#include "tests/sim/world.h"
#include "tests/support/action_builder.h"

namespace riposte::test {
namespace {

using namespace std::chrono_literals;

const char* const kKillRule = R"(
title: Miner
id: miner
author: Ruth Author
level: high
detection:
  selection:
    process.name: xmrig
  condition: selection
response:
  - action: kill_process
)";

std::string with(const std::string& extra) { return std::string(kKillRule) + extra; }

WallTime at(const char* text) { return *parse_iso8601(text); }

TEST(TheWholeWay, LeadsFromADetectionToAVerifiedKillInSixtySeconds) {
  World world({kKillRule}, {}, kNoon);
  world.feed(alert("a", 4711));
  world.feed(alert("b", 1, "high", "sshd"));
  world.settle();
  EXPECT_EQ(world.action("a").state, State::completed);
  EXPECT_EQ(world.action("a").verification, Verification::pending);
  EXPECT_EQ(world.checks, 0);
  world.advance(60s - 1us);
  world.settle();
  EXPECT_EQ(world.checks, 0);
  world.advance(1us);
  world.settle();
  EXPECT_EQ(world.checks, 1);
  EXPECT_EQ(world.action("a").verification, Verification::passed);
  EXPECT_EQ(world.actions().size(), 1U);
  std::string trail;
  for (const AuditRecord& record : world.audit())
    trail += record.event + " " + std::string(name_of(record.to)) + "; ";
  EXPECT_EQ(trail, "proposed queued; started executing; reported completed; checked completed; ");
}

TEST(TheWholeWay, EndsInFailedWhenTheVerifierDisproves) {
  World world({kKillRule}, {}, kNoon);
  world.feed(alert("a", 4711));
  world.settle();
  world.proofs[world.action("a").id] = Proof::Kind::disproven;
  world.advance(60s);
  world.settle();
  EXPECT_EQ(world.action("a").state, State::failed);
  EXPECT_EQ(world.action("a").reason, Reason::verification_failed);
}

TEST(TheWholeWay, StopsAtApprovalUntilASecondPersonSaysYes) {
  World world({with("    require_approval: true\n")}, {}, kNoon);
  world.feed(alert("a", 4711));
  world.settle();
  const ActionId id = world.action("a").id;
  EXPECT_EQ(world.action("a").state, State::pending_approval);
  EXPECT_TRUE(world.effects.empty());
  EXPECT_EQ(world.decide(id, Decision::approve, "ruth author").error().code, Errc::denied);
  ASSERT_TRUE(world.decide(id, Decision::approve, "bob"));
  world.settle();
  EXPECT_EQ(world.effects.at(id), 1);
}

TEST(TheWholeWay, CancelsAnOfferThatNobodyTakesUp) {
  World world({with("    require_approval: true\n")}, {}, kNoon);
  world.feed(alert("a", 4711));
  world.settle();
  world.advance(24h);
  world.settle();
  EXPECT_EQ(world.action("a").reason, Reason::approval_expired);
  EXPECT_TRUE(world.effects.empty());
}

TEST(TheWholeWay, RecordsAFailedActionThatNamesTheMissingField) {
  World world({kKillRule}, {}, kNoon);
  world.feed(R"({"host":{"name":"h"},"process":{"name":"xmrig"},"kibana.alert.uuid":"a"})");
  world.settle();
  EXPECT_EQ(world.action("a").state, State::failed);
  EXPECT_EQ(world.action("a").reason, Reason::field_missing);
  EXPECT_EQ(world.action("a").detail, "the event has no field 'process.pid'");
}

TEST(TheWholeWay, KeepsAnUnreadableRecordWholeAndGoesOn) {
  World world({kKillRule}, {}, kNoon);
  world.feed("{\"half");
  world.feed(alert("a", 4711));
  world.settle();
  const auto letters = *world.records().dead_letters(10);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters.front().letter.bytes, "{\"half");
  EXPECT_EQ(letters.front().letter.reason, "not_json");
  EXPECT_EQ(world.action("a").state, State::completed);
}

/// Rule: Sunday 01:30 to 03:30 in Berlin. On 2026-03-29 the clock jumps from 02:00 to 03:00 (01:00Z), on
/// 2026-10-25 it goes back from 03:00 to 02:00 (01:00Z).
struct Moment {
  const char* utc;
  bool inside;
};

class AcrossDaylightSaving : public testing::TestWithParam<Moment> {};

TEST_P(AcrossDaylightSaving, TheWallClockDecides) {
  World world({with("    active_hours: {time_zone: Europe/Berlin, windows: [\"Sun 01:30-03:30\"]}\n")}, {},
              at(GetParam().utc));
  world.feed(alert("a", 4711));
  world.settle();
  EXPECT_EQ(world.action("a").state, GetParam().inside ? State::completed : State::pending_approval)
      << GetParam().utc;
  EXPECT_EQ(world.action("a").ground, GetParam().inside ? Ground::auto_response : Ground::outside_hours);
}

INSTANTIATE_TEST_SUITE_P(
    Spring, AcrossDaylightSaving,
    testing::Values(Moment{"2026-03-29T00:29:59Z", false}, Moment{"2026-03-29T00:30:00Z", true},
                    Moment{"2026-03-29T00:59:59Z", true}, Moment{"2026-03-29T01:00:00Z", true},
                    Moment{"2026-03-29T01:29:59Z", true}, Moment{"2026-03-29T01:30:00Z", false}));
INSTANTIATE_TEST_SUITE_P(
    Autumn, AcrossDaylightSaving,
    testing::Values(Moment{"2026-10-24T23:29:59Z", false}, Moment{"2026-10-24T23:30:00Z", true},
                    Moment{"2026-10-25T00:59:59Z", true}, Moment{"2026-10-25T01:00:00Z", true},
                    Moment{"2026-10-25T02:29:59Z", true}, Moment{"2026-10-25T02:30:00Z", false}));

}  // namespace
}  // namespace riposte::test
