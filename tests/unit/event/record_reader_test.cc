#include "rules/event/record_reader.h"

#include <array>
#include <string>
#include <vector>

#include "tests/unit/event/record_agreement.h"

namespace riposte {
namespace {

class RecordReaderTest : public RecordAgreement {};

TEST_F(RecordReaderTest, ReadsNumbersAsSimdjsonDoes) {
  for (const std::string_view number : {"0",
                                        "-0",
                                        "1",
                                        "-1",
                                        "10",
                                        "99999999999999999",
                                        "999999999999999999",
                                        "-999999999999999999",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "18446744073709551615",
                                        "0.0",
                                        "-0.0",
                                        "0.5",
                                        "1.0",
                                        "-122.42200352825247",
                                        "37.80848009696725",
                                        "0.1e-400",
                                        "1e308",
                                        "1E+308",
                                        "-1e-5",
                                        "1.7976931348623157e308",
                                        "4.9e-324",
                                        "2.2250738585072014e-308",
                                        "1e0",
                                        "1e00",
                                        "0e9999999999999999999",
                                        "123456789012345678901234567890.5",
                                        "0.1234567890123456789012345678901234567890",
                                        "9007199254740993.0",
                                        "3.1415926535897932384626433832795028841971693993751",
                                        "1e-99999999999999999999"})
    agree_inside(number);
  EXPECT_EQ(refused_, 33);  // those that are the whole record
  EXPECT_EQ(taken_, 33 * 9);
}

TEST_F(RecordReaderTest, RefusesWhatIsNoNumber) {
  for (const std::string_view text : {"-",
                                      "+1",
                                      ".5",
                                      "1.",
                                      "-.5",
                                      "1.e5",
                                      "1e",
                                      "1e+",
                                      "1E-",
                                      "01",
                                      "-01",
                                      "00",
                                      "00.5",
                                      "0x10",
                                      "1x",
                                      "1.5x",
                                      "1e5x",
                                      "1.2.3",
                                      "--1",
                                      "1-",
                                      "1e5.5",
                                      "-a",
                                      "9223372036854775808x",
                                      "-9223372036854775809",
                                      "18446744073709551616",
                                      "99999999999999999999",
                                      "100000000000000000000",
                                      "28446744073709551615",
                                      "1e309",
                                      "-1e309",
                                      "1e99999999999999999999",
                                      "1\"",
                                      "1\"a\"",
                                      "1\\",
                                      "1true",
                                      "NaN",
                                      "Infinity",
                                      "-Infinity",
                                      "1,",
                                      "1 2",
                                      "1_000",
                                      "123456789012345678901234567890123456789012345678901234567890",
                                      "12345678901234567890123456789012345678901234567890x",
                                      "0.12345678901234567890123456789012345x",
                                      "1.7976931348623159e308",
                                      "1\f",
                                      "1\x1a"})
    agree_inside(text);
  EXPECT_EQ(taken_, 0);
}

TEST_F(RecordReaderTest, ReadsWordsAsSimdjsonDoes) {
  for (const std::string_view word : {"true", "false", "null"}) agree_inside(word);
  EXPECT_EQ(taken_, 27);
  for (const std::string_view text :
       {"truex", "tru",   "True",    "true\"", "true\"x\"", "truefalse", "falsey", "fals",
        "nul",   "nulll", "null1",   "n",      "t",         "f",         "true.",  "true\\",
        "x",     "\\",    "\\\"a\"", "'a'",    "\x7f",      "\f",        "\x1a",   "true false"})
    agree_inside(text);
  EXPECT_EQ(taken_, 27);
}

TEST_F(RecordReaderTest, ReadsStringsAsSimdjsonDoes) {
  for (const std::string_view text : {R"("")",
                                      R"("x")",
                                      R"("a b")",
                                      R"("\"")",
                                      R"("\\")",
                                      R"("\/\b\f\n\r\t")",
                                      R"("a\\")",
                                      R"("\\\\\"")",
                                      R"("\\\"\\")",
                                      R"("\u0041")",
                                      R"("\u00e9")",
                                      R"("\u20AC")",
                                      R"("\ud83d\uDE00")",
                                      R"("\u0000")",
                                      R"("x\u0000y")",
                                      R"("\uFFFF")",
                                      R"("\uD7FF\uE000")",
                                      R"("\ud800\udc00\udbff\udfff")",
                                      R"("\u00e9\u00E9\\u00e9")",
                                      R"("{}[],:\"")",
                                      "\"\xC3\xA9\"",
                                      "\"\xF0\x9F\x98\x80\"",
                                      "\"\x7f\""})
    agree_inside(text);
  EXPECT_EQ(taken_, 23 * 9);
}

TEST_F(RecordReaderTest, RefusesBadStrings) {
  for (const std::string_view text : {R"(")",
                                      R"("a)",
                                      R"("\")",
                                      R"("\x")",
                                      R"("\'")",
                                      R"("\u")",
                                      R"("\u1")",
                                      R"("\u12")",
                                      R"("\u123")",
                                      R"("\u123g")",
                                      R"("\u 123")",
                                      R"("\U0041")",
                                      R"("\ud800")",
                                      R"("\ud800x")",
                                      R"("\ud800\n")",
                                      R"("\ud800\u")",
                                      R"("\ud800\u0041")",
                                      R"("\ud800\ud800")",
                                      R"("\udc00")",
                                      R"("\udfff\ud800")",
                                      R"("\ud83d\u12")",
                                      R"("\ud83d\\uDE00")",
                                      R"("a""b")",
                                      R"("a"b)",
                                      R"("a"1)",
                                      R"("a" "b")",
                                      R"("a"\)",
                                      R"("\0")",
                                      R"("\u-123")",
                                      R"("\u+123")",
                                      R"("\a")",
                                      R"("\\\")",
                                      "\"\n\"",
                                      "\"\t\"",
                                      "\"\x01\"",
                                      "\"\x1f\"",
                                      "\"\xff\"",
                                      "\"\xc3\"",
                                      "\"\xc0\x80\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xf4\x90\x80\x80\"",
                                      "\"\xe2\x82\""})
    agree_inside(text);
  agree_inside(std::string_view("\"\0\"", 3));
  agree_inside(std::string_view("\0", 1));
  EXPECT_EQ(taken_, 0);
}

TEST_F(RecordReaderTest, ReadsContainersAsSimdjsonDoes) {
  for (const std::string_view text :
       {"{}", "[]", " { } ", "[ ]", "[{}]", "[[],[]]", R"({"x":{}})", R"({"x":[]})",
        R"({"x":1,"y":{"x":2},"z":[{"x":3},{"x":4}]})", "[1,2,3]", "[[[]]]", R"({"":""})"})
    agree_inside(text);
  EXPECT_GE(taken_, 12 * 9);
}

TEST_F(RecordReaderTest, RefusesBrokenContainers) {
  for (const std::string_view text : {"{",
                                      "}",
                                      "[",
                                      "]",
                                      "{]",
                                      "[}",
                                      "[1",
                                      "[1,",
                                      "[1,]",
                                      "[,1]",
                                      "[,]",
                                      "[1 2]",
                                      "[1,,2]",
                                      "[1:2]",
                                      R"({"x"})",
                                      R"({"x":})",
                                      R"({"x" 1})",
                                      R"({"x":1,})",
                                      R"({,"x":1})",
                                      R"({"x":1 "y":2})",
                                      R"({"x":1,,"y":2})",
                                      R"({"x"::1})",
                                      R"({"x":1:2})",
                                      R"({x:1})",
                                      R"({1:1})",
                                      R"({null:1})",
                                      R"({"x",1})",
                                      R"({"x":1)",
                                      R"({"x":1]})",
                                      R"({"x":[1})",
                                      R"({"x":[1}])",
                                      R"({"x":{"y":1})",
                                      R"({"x":1}})",
                                      R"({"x":1}{})",
                                      R"({"x":1},)",
                                      R"({"x":1} 1)",
                                      R"({"x":1}"a")",
                                      R"({"x":1}x)",
                                      R"({"x":1}[)",
                                      R"({"x":1}])",
                                      R"({{}:1})",
                                      R"({[]:1})",
                                      ":",
                                      ",",
                                      "{:}",
                                      "{,}",
                                      "[:]",
                                      R"({"x":1,"y"})",
                                      R"({"x":1,"y":})",
                                      R"({"x":1,2})",
                                      R"({"x":1,[]})",
                                      R"({"x\":1})",
                                      R"({"x)"})
    agree_inside(text);
  EXPECT_EQ(taken_, 0);
}

TEST_F(RecordReaderTest, RefusesWhatIsNoObjectOrNoTextAtAll) {
  for (const std::string_view text : {"", " ", "\n", "\t \r\n", "\xEF\xBB\xBF{}", "\xEF\xBB\xBF", "\xff"})
    agree(text);
  agree(std::string_view("{}\0", 3));
  agree(std::string_view("\0{}", 3));
  agree(std::string_view("{\"a\":1\0}", 8));
  agree(std::string(1000, ' '));
  agree(std::string(1000, ' ') + "{}" + std::string(1000, '\n'));
  EXPECT_EQ(taken_, 1);
  for (int c = 0; c < 256; ++c) agree(std::string(1, static_cast<char>(c)));
  EXPECT_EQ(taken_, 1);
}

TEST_F(RecordReaderTest, CountsDepthAsSimdjsonDoes) {
  for (std::size_t depth = 0; depth <= kDepth + 2; ++depth)
    for (const auto& [open, inner, close] :
         std::vector<std::array<std::string_view, 3>>{{R"({"a":)", "1", "}"},
                                                      {R"({"a":)", "{}", "}"},
                                                      {R"({"a":)", "[]", "}"},
                                                      {R"({"a":[)", "1", "]}"},
                                                      {R"({"a":[)", "", "]}"},
                                                      {"[", "1", "]"},
                                                      {"[", "", "]"},
                                                      {R"({"a":)", "1", ""},
                                                      {R"({"a":)", R"({"b":1,})", "}"}}) {
      std::string text;
      for (std::size_t i = 0; i < depth; ++i) text += open;
      text += inner;
      for (std::size_t i = 0; i < depth; ++i) text += close;
      agree(text);
      agree(fmt::format(R"({{"a":1,"b":{},"c":{}}})", text, text));
    }
  EXPECT_GT(taken_, 20);
  EXPECT_EQ(oracle_.read(R"({"a":[[[[[[[1]]]]]]]})").reason, "too_deep");
  EXPECT_EQ(oracle_.read(R"({"a":[[[[[[1]]]]]]})").reason, "");
}

TEST_F(RecordReaderTest, FindsEscapesWhereverTheyStand) {
  constexpr std::size_t kFar = 150;
  for (const std::string_view escape :
       {R"(\\)", R"(\n)", R"(\u00e9)", R"(\ud83d\ude00)", R"(\\\")", R"(\ud83d)", R"(\q)"})
    for (std::size_t before = 0; before < kFar; ++before) {
      const std::string text(before, 'x');
      agree(fmt::format(R"({{"{}{}":1}})", text, escape));
      agree(fmt::format(R"({{"a":"{}{}"}})", text, escape));
      agree(fmt::format(R"({{"a":"{}{}yz","b":"\t{}","c":["{}"]}})", text, escape, text, text));
    }
  for (std::size_t count = 0; count < kFar; ++count)
    for (std::size_t before = 0; before < 3; ++before)
      agree(fmt::format(R"({{"a":"{}{}","b":"z"}})", std::string(before, 'x'), std::string(count, '\\')));
}

TEST_F(RecordReaderTest, HasRoomForRecordsOfNothingButOneThing) {
  const std::vector<std::array<std::string_view, 3>> records{
      {R"({"a":[)", "1", "]}"},       {R"({"a":[)", R"("")", "]}"},
      {R"({"a":[)", "[]", "]}"},      {R"({"a":[)", "{}", "]}"},
      {R"({"a":[)", "[1]", "]}"},     {R"({"a":[)", R"({"a":""})", "]}"},
      {R"({"a":[)", "[[[1]]]", "]}"}, {R"({"a":[)", R"({"a":{"b":{}}})", "]}"}};
  for (std::size_t count = 1; count < 5000; count = 3 * count / 2 + 1)
    for (const auto& [begin, item, end] : records) {
      std::string text(begin);
      for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) text += ',';
        text += item;
      }
      agree(text + std::string(end));
      agree(text);
    }
  EXPECT_EQ(refused_, taken_);
}

TEST_F(RecordReaderTest, RefusesATruncatedRecordWhereverItEnds) {
  const std::string record =
      "{\"a\\u00e9\":[1,-2.5e3,true,false,null,\"x\\\\\\n\",{}], \"b\":{\"c\":[],\"d\":\"\xC3\xA9\"}}";
  agree(record);
  EXPECT_EQ(taken_, 1);
  for (std::size_t size = 0; size < record.size(); ++size) agree(record.substr(0, size));
  EXPECT_EQ(taken_, 1);
}

}  // namespace
}  // namespace riposte
