// What a plan collects from a reading of all paths is what the lookup collects from the event.
#include "rules/event/field_plan.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "tests/unit/event/ways.h"

namespace riposte {
namespace {

TEST(FieldPlans, CollectWhatTheLookupCollects) {
  constexpr int kTables = 100;
  Ways ways(4);
  EventParser parser;
  PathReading reading;
  std::size_t there = 0;
  for (int i = 0; i < kTables; ++i) {
    PathTable table;
    std::vector<FieldLookup> lookups;
    std::vector<FieldPlan> plans;
    for (int k = 0; k < 15; ++k) plans.emplace_back(lookups.emplace_back(ways.lookup()), table);
    table.finish();
    for (int k = 0; k < 40; ++k) {
      const std::string json = ways.document();
      const auto event = parser.parse(json);
      reading.read(table, *event);
      for (std::size_t n = 0; n < plans.size(); ++n) {
        FieldValues got;
        FieldValues wanted;
        plans[n].collect(*event, reading, got);
        lookups[n].collect(*event, wanted);
        ASSERT_EQ(written(got), written(wanted))
            << fmt::format("'{}' in '{}' in {}", lookups[n].ways[0].path, lookups[n].ways[0].container, json);
        there += wanted.present ? 1 : 0;
      }
    }
  }
  EXPECT_GT(there, 5000U);
}

/// What a plan for the key in the container collects, and what the lookup does.
std::pair<std::string, std::string> both_ways(const char* container, const char* name, const char* json) {
  FieldWay way = plain_way(name);
  way.container = container;
  const FieldLookup lookup{{way}, {}};
  PathTable table;
  const FieldPlan plan(lookup, table);
  table.finish();
  EventParser parser;
  PathReading reading;
  const auto event = parser.parse(json);
  reading.read(table, *event);
  FieldValues planned;
  FieldValues looked_up;
  plan.collect(*event, reading, planned);
  lookup.collect(*event, looked_up);
  return {written(planned), written(looked_up)};
}

TEST(FieldPlans, LookIntoTheContainerThatTheLookupLooksInto) {
  for (const char* json : {R"({"a.b":{"x":1},"a":{"b":{"name":1}}})", R"({"a":{"b":{"name":1}},"a.b":2})"}) {
    const auto [planned, looked_up] = both_ways("a.b", "name", json);
    EXPECT_EQ(planned, looked_up) << json;
  }
}

TEST(FieldPlans, FindNoKeyUnderANameWithBlanks) {
  const auto [planned, looked_up] = both_ways("a", "b c", R"({"a":{"b c":1}})");
  EXPECT_EQ(planned, looked_up);
}

TEST(FieldPlans, NameSourcesWithoutWhichThereIsNoValue) {
  Ways ways(5);
  EventParser parser;
  PathReading reading;
  std::size_t empty = 0;
  for (int i = 0; i < 3000; ++i) {
    PathTable table;
    const FieldLookup lookup = ways.lookup();
    const FieldPlan plan(lookup, table);
    table.finish();
    if (!plan.sources()) continue;
    const std::string json = ways.document();
    const auto event = parser.parse(json);
    reading.read(table, *event);
    if (std::ranges::any_of(*plan.sources(), [&](PathTable::Slot slot) { return reading.has(slot); }))
      continue;
    FieldValues values;
    lookup.collect(*event, values);
    ASSERT_EQ(written(values), "missing") << fmt::format("'{}' in {}", lookup.ways[0].path, json);
    ++empty;
  }
  EXPECT_GT(empty, 500U);
}

TEST(TestPlans, HoldWhereTheTestHolds) {
  Ways ways(6);
  EventParser parser;
  PathReading reading;
  std::size_t held = 0;
  constexpr std::size_t kTests = 4000;
  for (std::size_t i = 0; i < kTests; ++i) {
    PathTable table;
    FieldTest test = ways.test();
    if (ways.random().one_in(2)) test.ways = ways.lookup().ways;
    const TestPlan plan(test, table);
    table.finish();
    const std::string json = ways.document();
    const auto event = parser.parse(json);
    reading.read(table, *event);
    const bool wanted = all_hold({test}, *event);
    ASSERT_EQ(plan.holds(*event, reading), wanted) << fmt::format("'{}' in {}", test.name, json);
    held += wanted ? 1 : 0;
  }
  EXPECT_GT(held, kTests / 10);
  EXPECT_LT(held, kTests * 9 / 10);
}

}  // namespace
}  // namespace riposte
