#include "rules/event/tape.h"

#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

namespace riposte {
namespace {

using ::testing::ElementsAre;

class TapeTest : public ::testing::Test {
 protected:
  const Tape& tape(const std::string& json) {
    EXPECT_EQ(parser_.parse(json).error(), simdjson::SUCCESS) << json;
    tape_ = Tape(parser_.doc.tape.get(), parser_.doc.string_buf.get());
    return tape_;
  }

  std::vector<Scalar> items(const std::string& json) {
    std::vector<Scalar> all;
    for_each_item(tape(json), Tape::kRoot, [&](std::uint32_t at) { all.push_back(tape_.scalar(at)); });
    return all;
  }

  simdjson::dom::parser parser_;
  Tape tape_;
};

Scalar of(auto value) { return {value}; }

TEST_F(TapeTest, HasEveryScalarExactly) {
  using namespace std::string_view_literals;
  EXPECT_THAT(items(R"([null,true,false,"x\u0000\u00e9",""])"),
              ElementsAre(Scalar{}, of(true), of(false), of("x\0\xC3\xA9"sv), of(""sv)));
  EXPECT_THAT(
      items("[0,-1,9223372036854775807,-9223372036854775808]"),
      ElementsAre(of(std::int64_t{0}), of(std::int64_t{-1}), of(std::numeric_limits<std::int64_t>::max()),
                  of(std::numeric_limits<std::int64_t>::min())));
  EXPECT_THAT(items("[9223372036854775808,18446744073709551615,0.5,-1e300,1.0]"),
              ElementsAre(of(std::uint64_t{1} << 63), of(std::numeric_limits<std::uint64_t>::max()), of(0.5),
                          of(-1e300), of(1.0)));
}

TEST_F(TapeTest, SaysNullOfObjectsAndArrays) {
  EXPECT_THAT(items(R"([{"a":1},[2],{},[]])"), ElementsAre(Scalar{}, Scalar{}, Scalar{}, Scalar{}));
}

TEST_F(TapeTest, StepsOverAValueOfAnyKind) {
  const Tape& made =
      tape(R"({"a":1,"b":[1,2.5,[]],"c":{"d":"e"},"f":null,"g":18446744073709551615,"h":true})");
  std::vector<std::string> keys;
  find_member(made, Tape::kRoot, [&](std::uint32_t key, std::uint32_t value) {
    keys.emplace_back(made.string(key));
    EXPECT_EQ(value, key + 1);
    return false;
  });
  EXPECT_THAT(keys, ElementsAre("a", "b", "c", "f", "g", "h"));
  EXPECT_EQ(made.last(Tape::kRoot) + 1, made.behind(Tape::kRoot));
}

TEST_F(TapeTest, StopsAtTheMemberThatWasLookedFor) {
  const Tape& made = tape(R"({"a":1,"b":2,"c":3})");
  std::size_t seen = 0;
  const auto is_b = [&](std::uint32_t key, std::uint32_t) { return ++seen, made.string(key) == "b"; };
  EXPECT_TRUE(find_member(made, Tape::kRoot, is_b));
  EXPECT_EQ(seen, 2U);
  EXPECT_FALSE(find_member(made, Tape::kRoot, [](std::uint32_t, std::uint32_t) { return false; }));
}

TEST_F(TapeTest, TellsWhatStandsAtAPlace) {
  const Tape& object = tape(R"({"a":["b"]})");
  EXPECT_TRUE(object.is_object(Tape::kRoot));
  EXPECT_TRUE(object.is_string(Tape::kRoot + 1));
  EXPECT_TRUE(object.is_array(Tape::kRoot + 2));
  EXPECT_FALSE(object.is_array(Tape::kRoot));
}

}  // namespace
}  // namespace riposte
