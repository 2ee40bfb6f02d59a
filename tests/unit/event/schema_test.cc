#include "rules/event/schema.h"

#include <gtest/gtest.h>

#include "rules/event/event_parser.h"

namespace riposte {
namespace {

Schema schema() {
  Schema made;
  made.fields["host.name"] = {{plain_way("host.name"), plain_way("host.hostname")}, {}};
  made.severity.push_back({"severity", std::map<std::string, std::string>{{"bad", "high"}}});
  made.severity.push_back(
      {"score", std::vector<std::pair<double, std::string>>{{0, "low"}, {22, "medium"}, {74, "critical"}}});
  return made;
}

std::string level_of(std::string_view json) {
  EventParser parser;
  return std::string(schema().severity_name(*parser.parse(json)).value_or("none"));
}

TEST(SchemaFields, TakesTheFirstPathThatHasAValue) {
  EventParser parser;
  EXPECT_EQ(schema().first(*parser.parse(R"({"host":{"name":null,"hostname":"b"}})"), "host.name")->text(),
            "b");
  EXPECT_EQ(schema().first(*parser.parse(R"({"host":{"name":"a","hostname":"b"}})"), "host.name")->text(),
            "a");
}

TEST(SchemaFields, LooksUpAnUnmappedNameAsItIsWritten) {
  EventParser parser;
  EXPECT_EQ(schema().first(*parser.parse(R"({"user":{"name":"eve"}})"), "user.name")->text(), "eve");
}

TEST(SchemaSeverity, ReadsTheNamedValueWhateverItsCase) {
  EXPECT_EQ(level_of(R"({"severity":"BAD","score":1})"), "high");
}

TEST(SchemaSeverity, GoesOnToTheNextSourceWhenTheFirstSaysNothingItKnows) {
  EXPECT_EQ(level_of(R"({"severity":"odd","score":22})"), "medium");
}

TEST(SchemaSeverity, TakesTheHighestBoundThatIsReached) {
  EXPECT_EQ(level_of(R"({"score":21})"), "low");
  EXPECT_EQ(level_of(R"({"score":73.9})"), "medium");
  EXPECT_EQ(level_of(R"({"score":"99"})"), "critical");
}

TEST(SchemaSeverity, SaysNothingOfAnEventThatSaysNothing) {
  EXPECT_EQ(level_of(R"({})"), "none");
  EXPECT_EQ(level_of(R"({"score":-1})"), "none");
  EXPECT_EQ(level_of(R"({"score":true})"), "none");
  EXPECT_EQ(level_of(R"({"score":"many"})"), "none");
}

}  // namespace
}  // namespace riposte
