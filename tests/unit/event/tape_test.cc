#include "rules/event/tape.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/record_reader.h"

namespace riposte {
namespace {

using ::testing::ElementsAre;

class TapeTest : public ::testing::Test {
 protected:
  const Tape& tape(const std::string& json) {
    EXPECT_TRUE(reader_.reserve(std::max<std::size_t>(json.size(), kRoom), kDepth));
    EXPECT_EQ(reader_.read(json).error, simdjson::SUCCESS) << json;
    return reader_.tape();
  }

  std::vector<Scalar> items(const std::string& array) {
    std::vector<Scalar> all;
    const Tape& made = tape(R"({"":)" + array + "}");
    for_each_item(made, Tape::kRoot + 2, [&](std::uint32_t at) { all.push_back(made.scalar(at)); });
    return all;
  }

 private:
  static constexpr std::size_t kRoom = 64;
  static constexpr std::size_t kDepth = 8;
  RecordReader reader_;
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
  EXPECT_EQ(made.behind(Tape::kRoot), 18U);
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
