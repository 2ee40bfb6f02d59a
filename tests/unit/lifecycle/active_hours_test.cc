#include "engine/lifecycle/active_hours.h"

#include <gtest/gtest.h>

namespace riposte {
namespace {

ActiveHours hours(const std::string& zone, std::vector<std::string> windows) {
  auto parsed = ActiveHours::parse("test", zone, windows);
  if (!parsed) throw std::logic_error(parsed.error().text());
  return *parsed;
}

WallTime at(std::string_view text) { return parse_iso8601(text).value(); }

TEST(ActiveHours, OpenAtTheStartAndCloseAtTheEnd) {
  const ActiveHours office = hours("Europe/Berlin", {"Mon-Fri 08:00-18:00"});
  EXPECT_FALSE(office.contains(at("2026-03-10T06:59:59.999999Z")));
  EXPECT_TRUE(office.contains(at("2026-03-10T07:00:00Z")));
  EXPECT_TRUE(office.contains(at("2026-03-10T16:59:59.999999Z")));
  EXPECT_FALSE(office.contains(at("2026-03-10T17:00:00Z")));
  EXPECT_FALSE(office.contains(at("2026-03-14T10:00:00Z"))) << "a Saturday";
}

TEST(ActiveHours, CrossMidnightIntoTheNextDay) {
  const ActiveHours night = hours("UTC", {"Fri 22:00-06:00"});
  EXPECT_TRUE(night.contains(at("2026-03-13T23:00:00Z")));
  EXPECT_TRUE(night.contains(at("2026-03-14T05:59:59Z")));
  EXPECT_FALSE(night.contains(at("2026-03-14T06:00:00Z")));
  EXPECT_FALSE(night.contains(at("2026-03-14T23:00:00Z"))) << "Saturday night is no Friday night";
  EXPECT_FALSE(night.contains(at("2026-03-13T05:00:00Z"))) << "Thursday night is no Friday night";
}

TEST(ActiveHours, WrapAroundTheWeek) {
  const ActiveHours days = hours("UTC", {"Sat-Mon 00:00-24:00"});
  EXPECT_TRUE(days.contains(at("2026-03-14T00:00:00Z")));
  EXPECT_TRUE(days.contains(at("2026-03-16T23:59:59Z")));
  EXPECT_FALSE(days.contains(at("2026-03-17T00:00:00Z")));
}

/// 2026-03-29 in Berlin: 02:00 CET is 03:00 CEST, at 01:00Z.
TEST(ActiveHours, ThatStartInsideTheSpringGapOpenAtTheFirstInstantAfterIt) {
  const ActiveHours early = hours("Europe/Berlin", {"Sun 02:30-04:00"});
  EXPECT_FALSE(early.contains(at("2026-03-29T00:59:59.999999Z")));
  EXPECT_TRUE(early.contains(at("2026-03-29T01:00:00Z")));
  EXPECT_TRUE(early.contains(at("2026-03-29T01:59:59Z")));
  EXPECT_FALSE(early.contains(at("2026-03-29T02:00:00Z")));
}

/// 2026-10-25 in Berlin: 02:00 to 03:00 occurs twice, 00:00Z to 02:00Z.
TEST(ActiveHours, ThatOccurTwiceInAutumnAreOpenBothTimes) {
  const ActiveHours early = hours("Europe/Berlin", {"Sun 02:15-02:45"});
  EXPECT_TRUE(early.contains(at("2026-10-25T00:15:00Z")));
  EXPECT_FALSE(early.contains(at("2026-10-25T00:45:00Z")));
  EXPECT_TRUE(early.contains(at("2026-10-25T01:15:00Z")));
  EXPECT_FALSE(early.contains(at("2026-10-25T01:45:00Z")));
}

TEST(ActiveHours, RefuseAnUnknownZoneAndSayWhatOneLooksLike) {
  const std::vector<std::string> windows{"Mon 08:00-09:00"};
  const auto parsed = ActiveHours::parse("x", "Europe/Berlni", windows);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().what,
            "unknown time zone 'Europe/Berlni'; write an IANA name such as Europe/Berlin");
}

TEST(ActiveHours, RefuseWindowsThatCannotBeRead) {
  for (const char* text :
       {"", "Mon", "Mon 8:00-18:00", "Mon 08:00", "Mon 08:00-08:00", "Mon 08:00-24:01", "Mon 24:00-06:00",
        "Xyz 08:00-18:00", "Mon-Xyz 08:00-18:00", "Mon 08:60-18:00", "Mon -1:00-18:00"}) {
    const std::vector<std::string> windows{text};
    EXPECT_FALSE(ActiveHours::parse("x", "UTC", windows)) << text;
  }
  EXPECT_FALSE(ActiveHours::parse("x", "UTC", {})) << "no window at all";
}

}  // namespace
}  // namespace riposte
