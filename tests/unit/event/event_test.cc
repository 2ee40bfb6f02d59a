#include "rules/event/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/event_parser.h"

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EventTest : public ::testing::Test {
 protected:
  Event event(std::string_view json) {
    auto parsed = parser_.parse(json);
    EXPECT_TRUE(parsed.has_value()) << parsed.error().detail;
    return *parsed;
  }

  std::vector<std::string> texts(std::string_view json, std::string_view path) {
    FieldValues values;
    event(json).collect(path, values);
    std::vector<std::string> all;
    for (const Scalar& scalar : values.scalars) all.push_back(scalar.text());
    return all;
  }

  EventParser parser_;
};

using Lookup = EventTest;

TEST_F(Lookup, FindsANestedField) {
  EXPECT_THAT(texts(R"({"process":{"pid":7}})", "process.pid"), ElementsAre("7"));
}

TEST_F(Lookup, FindsAFlatField) {
  EXPECT_THAT(texts(R"({"process.pid":7})", "process.pid"), ElementsAre("7"));
}

TEST_F(Lookup, PrefersTheLiteralKeyToTheNestedOne) {
  EXPECT_THAT(texts(R"({"event":{"kind":"nested"},"event.kind":"flat"})", "event.kind"), ElementsAre("flat"));
}

TEST_F(Lookup, TriesTheLongestLiteralPrefixFirst) {
  EXPECT_THAT(texts(R"({"a":{"b":{"c":"short"}},"a.b":{"c":"long"}})", "a.b.c"), ElementsAre("long"));
}

TEST_F(Lookup, FallsBackToAShorterPrefixWhenTheLongerOneLeadsNowhere) {
  EXPECT_THAT(texts(R"({"a.b":{"x":1},"a":{"b.c":"here"}})", "a.b.c"), ElementsAre("here"));
}

TEST_F(Lookup, FansOutThroughArraysOfObjectsAndOfValues) {
  EXPECT_THAT(texts(R"({"e":[{"p":{"pid":1}},{"x":0},{"p":{"pid":[2,[3]]}}]})", "e.p.pid"),
              ElementsAre("1", "2", "3"));
}

TEST_F(Lookup, ComparesFieldNamesWithRegardToCase) {
  EXPECT_THAT(texts(R"({"Filename":"a"})", "FileName"), IsEmpty());
}

TEST_F(Lookup, FindsKeysWithDotsAndBracketsOfTheirOwn) {
  EXPECT_THAT(texts(R"({"output_fields":{"proc.aname[2]":"sh"}})", "output_fields.proc.aname[2]"),
              ElementsAre("sh"));
}

TEST_F(Lookup, SurvivesPathsOfDotsOnly) {
  EXPECT_THAT(texts(R"({"a":{"":{"b":1}}})", "a..b"), ElementsAre("1"));
  EXPECT_THAT(texts(R"({"a":1})", "..."), IsEmpty());
  EXPECT_THAT(texts(R"({"a":1})", ""), IsEmpty());
}

TEST_F(Lookup, TellsNullFromMissing) {
  FieldValues null_value;
  event(R"({"a":null})").collect("a", null_value);
  EXPECT_TRUE(null_value.present);
  EXPECT_TRUE(null_value.is_null());
  FieldValues missing;
  event(R"({"b":1})").collect("a", missing);
  EXPECT_FALSE(missing.present);
  EXPECT_TRUE(missing.is_null());
}

TEST_F(Lookup, CountsAnObjectOrAnEmptyArrayAsThereWithoutAValue) {
  for (const std::string_view json : {R"({"a":{}})", R"({"a":[]})", R"({"a":{"b":1}})"}) {
    FieldValues values;
    event(json).collect("a", values);
    EXPECT_TRUE(values.present) << json;
    EXPECT_FALSE(values.is_null()) << json;
    EXPECT_THAT(values.scalars, IsEmpty()) << json;
  }
}

TEST_F(Lookup, FirstSkipsNulls) {
  const Event made = event(R"({"a":[null,"x","y"]})");
  EXPECT_EQ(made.first("a")->text(), "x");
  EXPECT_FALSE(made.first("b").has_value());
}

TEST_F(Lookup, CollectsEveryStringValueAtAnyDepthButNoKeys) {
  const Event whole = event(R"({"key":"a","n":1,"o":{"deep":["b",{"x":"c"}]},"z":null})");
  const auto texts_of = [](const EventStrings& strings) {
    std::vector<std::string_view> texts;
    for (std::size_t i = 0; i < strings.size(); ++i) texts.push_back(strings[i]);
    return texts;
  };
  EXPECT_THAT(texts_of(whole.strings()), ElementsAre("a", "b", "c"));
  EXPECT_THAT(texts_of(whole.objects("o").front().strings()), ElementsAre("b", "c"));
}

using Numbers = EventTest;

TEST_F(Numbers, KeepsSixtyFourBitIntegersExact) {
  EXPECT_THAT(
      texts(R"({"a":[377077835340488701,-9223372036854775808,9223372036854775807,18446744073709551615]})",
            "a"),
      ElementsAre("377077835340488701", "-9223372036854775808", "9223372036854775807",
                  "18446744073709551615"));
}

TEST_F(Numbers, WritesFractionsInTheShortestExactForm) {
  EXPECT_THAT(texts(R"({"a":[0.1,1.50,-2.5]})", "a"), ElementsAre("0.1", "1.5", "-2.5"));
}

TEST_F(Numbers, ReadsAnIntegerFromANumberOrItsDecimalText) {
  const Event made = event(
      R"({"n":3008,"s":"3008","hex":"0xbd8","f":1.5,"big":18446744073709551615,"tail":"12x","b":true})");
  EXPECT_EQ(made.first("n")->integer(), 3008);
  EXPECT_EQ(made.first("s")->integer(), 3008);
  for (const std::string_view path : {"hex", "f", "big", "tail", "b"})
    EXPECT_FALSE(made.first(path)->integer()) << path;
}

struct BadRecord {
  std::string name;
  std::string json;
  std::string reason;
};

std::string nested(std::size_t depth) {
  return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

class Unparsable : public ::testing::TestWithParam<BadRecord> {};

TEST_P(Unparsable, IsRefusedWithItsReason) {
  EventParser parser;
  const auto parsed = parser.parse(GetParam().json);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().reason, GetParam().reason) << parsed.error().detail;
  EXPECT_FALSE(parsed.error().detail.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Records, Unparsable,
    ::testing::Values(
        BadRecord{"Empty", "", "not_json"}, BadRecord{"Blank", " \n", "not_json"},
        BadRecord{"Text", "hello", "not_json"}, BadRecord{"HalfAnObject", R"({"a":)", "not_json"},
        BadRecord{"TwoDocuments", R"({"a":1}{"b":2})", "not_json"},
        BadRecord{"TrailingComma", R"({"a":1,})", "not_json"},
        BadRecord{"BadLiteralInAFieldNobodyReads", R"({"a":1,"b":tru})", "not_json"},
        BadRecord{"IntegerBeyondSixtyFourBits", R"({"a":18446744073709551616})", "not_json"},
        BadRecord{"HugeExponent", R"({"a":1e400})", "not_json"},
        BadRecord{"NotANumber", R"({"a":NaN})", "not_json"},
        BadRecord{"LoneSurrogate", R"({"a":"\ud800"})", "not_json"},
        BadRecord{"BrokenUtf8", "{\"a\":\"\xC3\x28\"}", "not_json"},
        BadRecord{"OverlongUtf8", "{\"a\":\"\xC0\xAF\"}", "not_json"},
        BadRecord{"ByteOrderMark", "\xEF\xBB\xBF{}", "not_json"},
        BadRecord{"RawNewlineInAString", "{\"a\":\"\n\"}", "not_json"},
        BadRecord{"NulByte", std::string("{\"a\":1}\0", 8), "not_json"},
        BadRecord{"Array", "[1]", "not_an_object"}, BadRecord{"String", R"("a")", "not_an_object"},
        BadRecord{"Null", "null", "not_an_object"}, BadRecord{"TooDeep", nested(65), "too_deep"},
        BadRecord{"MuchTooDeep", nested(100'000), "too_deep"},
        BadRecord{"TooLarge", "{\"a\":\"" + std::string((std::size_t{1} << 20) + 1, 'x') + "\"}",
                  "too_large"},
        BadRecord{"DuplicateKey", R"({"process":{"pid":1},"process":{"pid":2}})", "duplicate_key"},
        BadRecord{"DuplicateKeyDeepInside", R"({"a":[{"b":{"c":1,"d":2,"c":1}}]})", "duplicate_key"},
        BadRecord{"DuplicateKeyBehindAnEscape", R"({"pid":1,"p\u0069d":2})", "duplicate_key"}),
    [](const auto& tested) { return tested.param.name; });

TEST(EventParsing, FindsADuplicateAmongManyKeys) {
  std::string json = "{";
  for (int i = 0; i < 100; ++i) json += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  EventParser parser;
  EXPECT_TRUE(parser.parse(json + "\"k100\":0}").has_value());
  EXPECT_EQ(parser.parse(json + "\"k42\":0}").error().reason, "duplicate_key");
}

TEST(EventParsing, TakesTheDeepestAndTheLargestThatIsAllowed) {
  EventParser parser({.bytes_max = 200, .depth_max = 64});
  EXPECT_TRUE(parser.parse(nested(64)).has_value());
  EXPECT_TRUE(parser.parse("{\"a\":\"" + std::string(200 - 8, 'x') + "\"}").has_value());
  EXPECT_EQ(parser.parse("{\"a\":\"" + std::string(200 - 7, 'x') + "\"}").error().reason, "too_large");
}

TEST(EventParsing, GoesOnAfterARefusedRecordAndAfterALargeOne) {
  EventParser parser;
  EXPECT_FALSE(parser.parse("{").has_value());
  EXPECT_TRUE(parser.parse("{\"a\":\"" + std::string(500'000, 'x') + "\"}").has_value());
  const auto event = parser.parse(R"({"a":"small"})");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->first("a")->text(), "small");
}

TEST(EventParsing, DoesNotNeedTheCallersBytesAfterwards) {
  EventParser parser;
  std::string bytes = R"({"a":"kept"})";
  const auto event = parser.parse(bytes);
  bytes.assign(bytes.size(), '!');
  EXPECT_EQ(event->first("a")->text(), "kept");
}

}  // namespace
}  // namespace riposte
