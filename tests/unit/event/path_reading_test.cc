// What a table of paths finds in one pass over an event is what looking them up one by one finds.
#include "rules/event/path_reading.h"

#include <array>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "tests/unit/event/ways.h"

namespace riposte {
namespace {

/// A path in the table, and what a search of the event has there.
struct Asked {
  PathTable::Slot slot;
  std::string container;  ///< not empty: for collect_unspaced
  std::string path;

  std::string found(const Event& event) const {
    FieldValues values;
    if (container.empty())
      event.collect(path, values);
    else
      event.collect_unspaced(container, path, values);
    return written(values);
  }
};

/// What the reading has there; empty when it leaves that to a search.
std::string found(const PathReading& reading, PathTable::Slot slot) {
  if (!reading.is_plain(slot)) return "";
  FieldValues values;
  if (reading.has(slot)) reading.collect(slot, values);
  return written(values);
}

std::vector<Event> with_inner(const Event& event) {
  std::vector<Event> all{event};
  for (const char* path : {"a", "b", "a.b", ""})
    for (const Event& inner : event.objects(path)) all.push_back(inner);
  return all;
}

struct Tally {
  std::size_t plain = 0;
  std::size_t contested = 0;
  std::size_t missing = 0;
};

void compare(const PathReading& reading, const Asked& asked, const Event& event, Tally& tally) {
  const std::string wanted = asked.found(event);
  const std::string got = found(reading, asked.slot);
  EXPECT_TRUE(reading.has(asked.slot) || wanted == "missing") << wanted;
  ++(got.empty() ? tally.contested : reading.has(asked.slot) ? tally.plain : tally.missing);
  if (got.empty()) return;
  EXPECT_EQ(got, wanted);
  if (!reading.has(asked.slot)) return;
  FieldValues values;
  reading.collect(asked.slot, values);
  const std::optional<Scalar> single = reading.single(asked.slot);
  EXPECT_TRUE(!single || (values.scalars.size() == 1 && values.scalars[0] == *single)) << got;
}

TEST(PathReadings, FindWhatASearchOfTheEventFinds) {
  constexpr int kTables = 500;
  Ways ways(1);
  EventParser parser;
  PathReading reading;
  Tally tally;
  for (int i = 0; i < kTables; ++i) {
    PathTable table;
    std::vector<Asked> all;
    for (int k = 0; k < 25; ++k) {
      const std::string path = ways.path();
      if (const auto slot = table.add(path)) all.push_back({*slot, "", path});
    }
    table.finish();
    for (int k = 0; k < 15; ++k) {
      const std::string json = ways.document();
      for (const Event& event : with_inner(*parser.parse(json))) {
        reading.read(table, event);
        for (const Asked& asked : all) {
          SCOPED_TRACE(fmt::format("'{}' in {}", asked.path, json));
          compare(reading, asked, event, tally);
          if (::testing::Test::HasFailure()) return;
        }
      }
    }
  }
  EXPECT_GT(tally.plain, 5000U);
  EXPECT_GT(tally.contested, 150U);
  EXPECT_GT(tally.missing, 5000U);
}

TEST(PathReadings, TouchExactlyTheSlotsThatHaveSomething) {
  Ways ways(2);
  EventParser parser;
  PathReading reading;
  PathTable table;
  for (int i = 0; i < 40; ++i) table.add(ways.path());
  for (int i = 0; i < 5; ++i) table.add_unspaced("a", fmt::format("{}", "ab"[i % 2]));
  table.finish();
  for (int i = 0; i < 500; ++i) {
    const std::string json = ways.document();
    reading.read(table, *parser.parse(json));
    std::vector<PathTable::Slot> wanted;
    for (PathTable::Slot slot = 0; slot < table.slots(); ++slot)
      if (reading.has(slot)) wanted.push_back(slot);
    ASSERT_THAT(reading.touched(), ::testing::UnorderedElementsAreArray(wanted)) << json;
  }
}

TEST(PathReadings, OverlookBlanksInKeysAsASearchDoes) {
  Ways ways(3);
  EventParser parser;
  PathReading reading;
  Tally tally;
  for (int i = 0; i < 6000; ++i) {
    PathTable table;
    std::vector<Asked> all;
    for (int k = 0; k < 4; ++k) {
      const std::string container(k % 2 == 0 ? "a" : ways.key());
      if (container.empty() || container.contains('.')) continue;
      const std::string name(ways.unspaced_name());
      if (const auto slot = table.add_unspaced(container, name)) all.push_back({*slot, container, name});
    }
    table.add("a.a.b");
    table.finish();
    const std::string json = ways.document();
    const auto event = parser.parse(json);
    reading.read(table, *event);
    for (const Asked& asked : all) {
      SCOPED_TRACE(fmt::format("'{}' in '{}' in {}", asked.path, asked.container, json));
      compare(reading, asked, *event, tally);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(tally.plain, 400U);
  EXPECT_GT(tally.contested, 50U);
}

/// The document with the same keys, in the same places, and other values.
std::string with_other_values(const std::string& json, Seeded& random) {
  constexpr std::array<std::string_view, 6> kValues{R"("v2")", "[]", "{}", "null", R"(["v1",["v0"]])", "-1"};
  std::string made;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const bool is_value = json.compare(at, 2, "\"v") == 0 && json[at - 1] != '{' && json[at - 1] != ',';
    if (is_value) made += random.one_of(kValues);
    if (is_value) at += std::string_view(R"("v0")").size();
    made += json[at];
  }
  return made;
}

TEST(PathReadings, FindTheValuesOfEveryDocumentOfOneShape) {
  Ways ways(7);
  EventParser parser;
  PathReading reading;
  Tally tally;
  for (int i = 0; i < 200; ++i) {
    PathTable table;
    std::vector<Asked> all;
    for (int k = 0; k < 20; ++k) {
      const std::string path = ways.path();
      if (const auto slot = table.add(path)) all.push_back({*slot, "", path});
    }
    table.finish();
    const std::string first = ways.document();
    for (int k = 0; k < 20; ++k) {
      const std::string json = k == 0 ? first : with_other_values(first, ways.random());
      const auto event = parser.parse(json);
      ASSERT_TRUE(event.has_value()) << json;
      reading.read(table, *event);
      for (const Asked& asked : all) {
        SCOPED_TRACE(fmt::format("'{}' in {}", asked.path, json));
        compare(reading, asked, *event, tally);
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GT(tally.plain, 5000U);
}

TEST(PathTables, GiveAPathOneSlot) {
  PathTable table;
  EXPECT_EQ(table.add("a.b"), table.add("a.b"));
  EXPECT_EQ(table.add_unspaced("a", "b"), table.add_unspaced("a", "b"));
  EXPECT_NE(table.add("a.b"), table.add_unspaced("a", "b"));
  EXPECT_EQ(table.slots(), 3U) << "one of the path, one of the key, one of the key's container";
}

TEST(PathTables, LeavePathsOfTooManyKeysOut) {
  std::string path = "a";
  for (std::size_t keys = 1; keys < PathTable::kKeysMax; ++keys) path += ".a";
  PathTable table;
  EXPECT_TRUE(table.add(path).has_value());
  EXPECT_FALSE(table.add(path + ".a").has_value());
  EXPECT_FALSE(table.add_unspaced(path + ".a", "a").has_value());
}

}  // namespace
}  // namespace riposte
