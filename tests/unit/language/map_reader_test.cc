#include "rules/language/map_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lifecycle/severity.h"

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MapReading : public ::testing::Test {
 protected:
  MapReader map(std::string_view text) {
    node_ = *yaml::parse(text, diagnostics_);
    return MapReader(node_, "server", diagnostics_);
  }
  std::vector<std::string> said() {
    std::vector<std::string> texts;
    for (const Diagnostic& diagnostic : diagnostics_.take()) texts.push_back(diagnostic.text());
    return texts;
  }

  Diagnostics diagnostics_{"c.yml"};
  yaml::Node node_;
};

TEST_F(MapReading, ReadsEveryType) {
  MapReader reader = map(
      "text: 8080\nflag: true\nnumber: -5\nwait: 90s\nlevel: high\nlist: [a, 1]\nsingle: x\ninner: {a: b}\n");
  EXPECT_EQ(reader.text("text"), "8080");
  EXPECT_EQ(reader.boolean("flag"), true);
  EXPECT_EQ(reader.integer("number", -10, 10), -5);
  EXPECT_EQ(reader.duration("wait"), std::chrono::seconds(90));
  EXPECT_EQ(reader.one_of("level", kSeverityNames), "high");
  EXPECT_THAT(reader.texts("list"), ElementsAre("a", "1"));
  EXPECT_THAT(reader.texts("single"), ElementsAre("x"));
  EXPECT_EQ(reader.map("inner")->text("a"), "b");
  EXPECT_EQ(reader.list("list").size(), 2U);
  reader.finish();
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(MapReading, ReadsWhatIsAbsentAsNothing) {
  MapReader reader = map("a: 1\n");
  EXPECT_FALSE(reader.has("b"));
  EXPECT_FALSE(reader.text("b"));
  EXPECT_FALSE(reader.boolean("b"));
  EXPECT_FALSE(reader.integer("b"));
  EXPECT_FALSE(reader.duration("b"));
  EXPECT_FALSE(reader.map("b"));
  EXPECT_THAT(reader.texts("b"), IsEmpty());
  EXPECT_THAT(reader.list("b"), IsEmpty());
  EXPECT_THAT(said(), IsEmpty());
}

TEST_F(MapReading, ReportsEveryMistakeOfOneMapAtOnce) {
  MapReader reader =
      map("port: many\nflag: yes\nwait: 5\ntext: [a]\nlist: {a: 1}\nlevel: hihg\nprot: 1\nfar: off\n");
  reader.integer("port", 1, 65535);
  reader.boolean("flag");
  reader.duration("wait");
  reader.text("text");
  reader.list("list");
  reader.one_of("level", kSeverityNames);
  reader.required_text("name");
  reader.finish();
  EXPECT_THAT(
      said(),
      ElementsAre(
          "c.yml:1:1: error: server has no 'name'; it is required",
          "c.yml:1:7: error: 'port' must be a whole number from 1 to 65535, not 'many'",
          "c.yml:2:7: error: 'flag' must be true or false, not 'yes'",
          "c.yml:3:7: error: 'wait' must be a duration like 250ms, 90s, 5m, 36h or 7d, not '5'",
          "c.yml:4:7: error: 'text' must be a text, not a list",
          "c.yml:5:7: error: 'list' must be a list, not a map",
          "c.yml:6:8: error: 'level' must be one of informational, low, medium, high, critical, not 'hihg'; "
          "did you mean 'high'?",
          "c.yml:7:1: error: unknown key 'prot' in server; did you mean 'port'?",
          "c.yml:8:1: error: unknown key 'far' in server; known here: flag, level, list, name, port, text, "
          "wait"));
}

TEST_F(MapReading, BoundsIntegers) {
  MapReader reader = map("a: 0\nb: 65536\nc: 99999999999999999999\nd: 0\n");
  reader.integer("a", 1, 65535);
  reader.integer("b", 1, 65535);
  reader.integer("c");
  reader.integer("d", 1);
  EXPECT_THAT(said(), ElementsAre("c.yml:1:4: error: 'a' must be a whole number from 1 to 65535, not '0'",
                                  "c.yml:2:4: error: 'b' must be a whole number from 1 to 65535, not '65536'",
                                  "c.yml:3:4: error: 'c' must be a whole number, not '99999999999999999999'",
                                  "c.yml:4:4: error: 'd' must be a whole number, at least 1, not '0'"));
}

TEST_F(MapReading, RequiresMoreThanAnEmptyText) {
  MapReader reader = map("a: ''\nb:\n");
  reader.required_text("a");
  reader.required_text("b");
  EXPECT_THAT(said(), ElementsAre("c.yml:1:4: error: 'a' must not be empty",
                                  "c.yml:2:1: error: 'b' must not be empty"));
}

TEST_F(MapReading, SaysWhenThereIsNoMapAtAll) {
  MapReader reader = map("- a\n");
  EXPECT_FALSE(reader.required_text("name"));
  EXPECT_THAT(said(), ElementsAre("c.yml:1:1: error: server must be a map of keys and values, not a list"));
}

TEST_F(MapReading, NamesMapsInsideByTheirPath) {
  MapReader reader = map("tls: {certt: x}\n");
  MapReader inside = *reader.map("tls");
  inside.text("cert");
  inside.finish();
  EXPECT_THAT(said(),
              ElementsAre("c.yml:1:7: error: unknown key 'certt' in server.tls; did you mean 'cert'?"));
}

TEST_F(MapReading, LetsForeignKeysPassOnlyWhereTheMapIsOpen) {
  MapReader reader = map("title: x\nsimulation: y\ntitel: z\n");
  reader.text("title");
  reader.finish_open();
  EXPECT_THAT(said(), ElementsAre("c.yml:3:1: error: unknown key 'titel' in server; did you mean 'title'?"));
}

}  // namespace
}  // namespace riposte
