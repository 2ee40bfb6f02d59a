// What a table of paths finds in one pass over an event is what looking them up one by one finds.
#include "rules/event/path_reading.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"
#include "rules/event/field_plan.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

std::string written(const FieldValues& values) {
  std::string text =
      fmt::format("{}{}", values.present ? "there" : "missing", values.container ? " container" : "");
  for (const Scalar& scalar : values.scalars)
    text += fmt::format(" {}:{}", scalar.value.index(), scalar.text());
  return text;
}

/// Documents and paths of the same few keys, so that most paths lead somewhere and many of them twice.
class Ways {
 public:
  explicit Ways(std::uint64_t seed) : random_(seed) {}

  std::string document() { return object(0); }

  std::string path() {
    if (random_.one_in(20)) return long_path();
    std::string made(random_.one_of(kKeys));
    while (random_.below(5) < 3) made += "." + std::string(random_.one_of(kKeys));
    return made;
  }

  FieldWay way() {
    FieldWay made = plain_way(path());
    if (random_.one_in(4)) made.container = std::exchange(made.path, std::string(random_.one_of(kNames)));
    if (random_.one_in(8)) made.join = {path(), path()};
    if (random_.one_in(8)) made.when.push_back(test());
    if (random_.one_in(8)) made.cuts.push_back({Cut::Kind::after, "1"});
    if (random_.one_in(8)) made.form = ValueForm::integer;
    if (random_.one_in(8)) made.first.push_back({std::string(random_.one_of(kKeys)), {test()}});
    return made;
  }

  FieldLookup lookup() {
    FieldLookup made;
    for (std::size_t ways = random_.between(1, 3); ways > 0; --ways)
      made.ways.push_back(random_.one_in(3) ? way() : plain_way(path()));
    if (random_.one_in(3)) made.nothing = {"v1"};
    return made;
  }

  FieldTest test() {
    FieldTest made;
    made.kind = random_.one_of(
        std::array{FieldTest::Kind::one_of, FieldTest::Kind::present, FieldTest::Kind::absent});
    made.name = path();
    made.values = {"v0", "1"};
    return made;
  }

  Seeded& random() { return random_; }
  std::string_view key() { return random_.one_of(kKeys); }
  std::string_view unspaced_name() { return random_.one_of(kNames); }

 private:
  static constexpr std::size_t kDepthMax = 4;
  static constexpr std::array<std::string_view, 12> kKeys{"a",  "b",  "",    "a.b", "b.a", "a.",
                                                          ".a", "..", "a b", " a",  "ab",  "a.b.a"};
  /// Without blanks: what is asked for is a name of Sigma's.
  static constexpr std::array<std::string_view, 4> kNames{"a", "ab", "b", "a.b"};

  std::string long_path() {
    std::string made = "a";
    const std::size_t keys = random_.between(PathTable::kKeysMax - 1, PathTable::kKeysMax + 2);
    for (std::size_t key = 1; key < keys; ++key) made += ".a";
    return made;
  }

  /// A chain that long paths lead down.
  std::string chain() {
    const std::size_t keys = random_.between(PathTable::kKeysMax - 2, PathTable::kKeysMax + 2);
    std::string made = "1";
    for (std::size_t i = 0; i < keys; ++i) made = R"({"a":)" + made + "}";
    return made;
  }

  std::string object(std::size_t depth) {
    if (random_.one_in(15)) return chain();
    std::set<std::string_view> keys;
    for (std::size_t count = random_.below(6); count > 0; --count) keys.insert(random_.one_of(kKeys));
    std::vector<std::string_view> order(keys.begin(), keys.end());
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
    std::string made;
    for (const std::string_view key : order)
      made += fmt::format(R"({}"{}":{})", made.empty() ? "" : ",", key, value(depth + 1));
    return "{" + made + "}";
  }

  std::string array(std::size_t depth) {
    std::string made;
    for (std::size_t count = random_.below(4); count > 0; --count)
      made += (made.empty() ? "" : ",") + value(depth + 1);
    return "[" + made + "]";
  }

  std::string value(std::size_t depth) {
    const std::size_t kind = random_.below(10);
    if (kind > 5 && depth < kDepthMax) return object(depth);
    if (kind > 3 && depth < kDepthMax) return array(depth);
    if (kind == 3) return "null";
    return kind == 2 ? std::to_string(random_.below(3)) : fmt::format(R"("v{}")", random_.below(3));
  }

  Seeded random_;
};

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
  EXPECT_EQ(table.slots(), 2U);
}

TEST(PathTables, LeavePathsOfTooManyKeysOut) {
  std::string path = "a";
  for (std::size_t keys = 1; keys < PathTable::kKeysMax; ++keys) path += ".a";
  PathTable table;
  EXPECT_TRUE(table.add(path).has_value());
  EXPECT_FALSE(table.add(path + ".a").has_value());
  EXPECT_FALSE(table.add_unspaced(path + ".a", "a").has_value());
}

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
