#include "rules/language/schema_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

std::vector<std::string> mistakes(std::string_view text) {
  Diagnostics diagnostics("s.yaml");
  EXPECT_FALSE(read_schema(text, diagnostics).has_value());
  std::vector<std::string> all;
  for (const Diagnostic& diagnostic : diagnostics.take()) all.push_back(diagnostic.text());
  return all;
}

TEST(Schemas, AllThatAreShippedCanBeRead) {
  ASSERT_FALSE(shipped_schema_names().empty());
  for (const std::string_view name : shipped_schema_names()) {
    const Result<Schema> schema = shipped_schema(name);
    ASSERT_TRUE(schema.has_value()) << schema.error().text();
    EXPECT_EQ(schema->name, name);
    EXPECT_TRUE(schema->fields.contains(field::kDetectionId)) << name;
    EXPECT_FALSE(schema->detect.empty()) << name;
  }
}

TEST(Schemas, NameTheNearestWhenOneIsUnknown) {
  const Result<Schema> schema = shipped_schema("elastic_security_alerts");
  ASSERT_FALSE(schema.has_value());
  EXPECT_EQ(schema.error().code, Errc::not_found);
  EXPECT_THAT(schema.error().what, HasSubstr("did you mean 'elastic_security_alert'?"));
}

TEST(Schemas, KeepPathsInOrderAndBoundsSorted) {
  Diagnostics diagnostics("s.yaml");
  const auto schema = read_schema(
      "name: own\nseverity:\n  - {path: score, at_least: {50: high, 0: low}}\nfields:\n  host.name: [a, b]\n "
      " time: ts\n",
      diagnostics);
  ASSERT_TRUE(schema.has_value());
  EXPECT_THAT(schema->fields.find("host.name")->second.ways,
              ElementsAre(Field(&FieldWay::path, "a"), Field(&FieldWay::path, "b")));
  EXPECT_EQ(std::get<1>(schema->severity.at(0).scale).front().second, "low");
}

TEST(Schemas, ReportEveryMistakeWithItsPlace) {
  EXPECT_THAT(mistakes("nmae: own\nseverity:\n  - {path: x, values: {bad: hihg}}\n  - {path: y}\n  - {path: "
                       "z, at_least: {ten: low}}\n"
                       "fields:\n  a: []\n  b: {c: d}\n"),
              ElementsAre("s.yaml:1:1: error: the schema has no 'name'; it is required",
                          "s.yaml:1:1: error: unknown key 'nmae' in the schema; did you mean 'name'?",
                          "s.yaml:3:29: error: the level of 'bad' must be one of informational, low, medium, "
                          "high, critical, not "
                          "'hihg'; did you mean 'high'?",
                          "s.yaml:4:5: error: a severity needs either 'values' or 'at_least'",
                          "s.yaml:5:26: error: a lower bound must be a number, not 'ten'",
                          "s.yaml:7:3: error: field 'a' has no path",
                          "s.yaml:8:6: error: 'b' must be a text, not a map"));
}

}  // namespace
}  // namespace riposte
