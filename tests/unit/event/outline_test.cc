#include "rules/event/outline.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/event/record_reader.h"
#include "tests/support/seeded.h"

namespace riposte {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

/// More than the outline first has room for.
constexpr std::size_t kManyKeys = 2000;

class OutlineTest : public ::testing::Test {
 protected:
  bool read(const std::string& json) {
    room_ = std::max(room_, std::bit_ceil(json.size()));
    EXPECT_TRUE(reader_.reserve(room_, kDepth));
    const auto [error, found] = reader_.read(json);
    EXPECT_EQ(error, simdjson::SUCCESS) << json;
    return found == RecordReader::Found::object;
  }

  const Outline& outline() const { return reader_.outline(); }

  /// "owner>key", the owner by its number.
  std::vector<std::string> members() const {
    std::vector<std::string> all;
    for (const Member& member : outline().members)
      all.push_back(
          fmt::format("{}>{}", static_cast<std::int32_t>(member.owner), reader_.tape().string(member.key)));
    return all;
  }

  std::vector<std::string_view> strings() const {
    std::vector<std::string_view> all;
    for (const std::uint32_t at : outline().strings) all.push_back(reader_.tape().string(at));
    return all;
  }

  RecordReader reader_;

 private:
  static constexpr std::size_t kDepth = 16;
  std::size_t room_ = 0;
};

/// `{"k0":0,"k1":1,…` without its end.
std::string many_keys(std::size_t count) {
  std::string json = "{";
  for (std::size_t i = 0; i < count; ++i) json += fmt::format(R"({}"k{}":{})", i == 0 ? "" : ",", i, i);
  return json;
}

TEST_F(OutlineTest, HasMembersAndStringsInTheOrderOfTheDocument) {
  ASSERT_TRUE(read(R"({"a":"1","b":{"c":["2",{"d":"3"}],"e":null},"f":[[{"g":4}],"5"]})"));
  EXPECT_THAT(members(), ElementsAre("-1>a", "-1>b", "1>c", "2>d", "1>e", "-1>f", "5>g"));
  EXPECT_THAT(strings(), ElementsAre("1", "2", "3", "5"));
}

TEST_F(OutlineTest, HashesKeysAsEverybodyElse) {
  ASSERT_TRUE(read(R"({"a":{"process.pid":1},"":2})"));
  for (const Member& member : outline().members)
    EXPECT_EQ(member.hash, key_hash(reader_.tape().string(member.key))) << reader_.tape().string(member.key);
}

TEST_F(OutlineTest, RefusesAKeyTwiceInOneObjectAtAnyDepth) {
  EXPECT_FALSE(read(R"({"a":1,"a":2})"));
  EXPECT_FALSE(read(R"({"a":1,"b":{"c":0},"a":2})"));
  EXPECT_FALSE(read(R"({"a":[0,[{"b":1,"c":{},"b":2}]]})"));
  EXPECT_FALSE(read(R"({"":1,"":2})"));
  EXPECT_FALSE(read(R"({"\u0061":1,"a":2})"));
}

TEST_F(OutlineTest, TakesTheSameKeyInDifferentObjects) {
  EXPECT_TRUE(read(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}],"A":0})"));
}

TEST_F(OutlineTest, SeesTheSameKeyAmongThousands) {
  EXPECT_TRUE(read(many_keys(kManyKeys) + "}"));
  EXPECT_EQ(outline().members.size(), kManyKeys);
  for (const std::size_t again : {std::size_t{0}, kManyKeys / 2, kManyKeys - 1})
    EXPECT_FALSE(read(many_keys(kManyKeys) + fmt::format(R"(,"k{}":0}})", again))) << again;
}

TEST_F(OutlineTest, TakesOneKeyInThousandsOfObjects) {
  std::string json = R"({"a":[{"a":1})";
  for (std::size_t i = 0; i < kManyKeys; ++i) json += R"(,{"a":1})";
  EXPECT_TRUE(read(json + "]}"));
  EXPECT_FALSE(read(json + R"(,{"a":1,"a":1}]})"));
}

TEST_F(OutlineTest, RemembersNothingOfTheDocumentBefore) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(read(R"({"a":1,"b":"x"})"));
    EXPECT_FALSE(read(R"({"a":1,"a":"x"})"));
    EXPECT_TRUE(read(R"({"b":"y"})"));
    EXPECT_THAT(members(), ElementsAre("-1>b"));
    EXPECT_THAT(strings(), ElementsAre("y"));
    EXPECT_TRUE(read("{}"));
    EXPECT_THAT(members(), ElementsAre());
  }
}

TEST_F(OutlineTest, KnowsDocumentsWithTheSameKeysInTheSamePlaces) {
  ASSERT_TRUE(read(R"({"a":1,"b":{"c":2}})"));
  const std::uint64_t shape = outline().shape;
  EXPECT_NE(shape, 0U);
  ASSERT_TRUE(read(R"({"a":7,"b":{"c":8}})"));
  EXPECT_EQ(outline().shape, shape);
  for (const char* other : {R"({"a":7,"b":{"d":8}})", R"({"b":7,"a":{"c":8}})", R"({"a":{"b":7,"c":8}})"}) {
    ASSERT_TRUE(read(other)) << other;
    EXPECT_NE(outline().shape, shape) << other;
  }
}

TEST_F(OutlineTest, RefusesAKeyTwiceHoweverMuchTheDocumentIsLikeAnEarlierOne) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(read(R"({"a":1,"b":2,"c":3})"));
    EXPECT_FALSE(read(R"({"a":1,"b":2,"b":3})"));
    EXPECT_FALSE(read(R"({"a":1,"b":2,"a":3})"));
    ASSERT_TRUE(read(R"({"l":[{"a":1},{"a":2}]})"));
    EXPECT_FALSE(read(R"({"l":[{"a":1,"a":2},0]})"));
  }
}

/// A random document, with what stands in it written down on the way.
class WrittenDocument {
 public:
  explicit WrittenDocument(Seeded& random) : random_(random) { add_object(0, -1); }

  std::string json;
  std::vector<std::string> members;
  std::vector<int> objects;  ///< by member: the number of its object
  std::vector<std::string> strings;
  bool has_key_twice = false;

 private:
  static constexpr std::size_t kDepthMax = 5;

  void add_object(std::size_t depth, int owner) {
    std::set<std::string> known;
    const int number = object_count_++;
    json += '{';
    for (std::size_t count = random_.below(4); count > 0; --count) {
      const std::string key = random_.text("abcdef", random_.below(3));
      has_key_twice |= !known.insert(key).second;
      json += fmt::format(R"({}"{}":)", known.size() == 1 && json.back() == '{' ? "" : ",", key);
      members.push_back(fmt::format("{}>{}", owner, key));
      objects.push_back(number);
      add_value(depth + 1, static_cast<int>(members.size()) - 1);
    }
    json += '}';
  }

  void add_array(std::size_t depth, int owner) {
    json += '[';
    for (std::size_t count = random_.below(4); count > 0; --count) {
      if (json.back() != '[') json += ',';
      add_value(depth + 1, owner);
    }
    json += ']';
  }

  void add_value(std::size_t depth, int owner) {
    const std::size_t kind = random_.below(depth < kDepthMax ? 7 : 5);
    if (kind == 6) return add_object(depth, owner);
    if (kind == 5) return add_array(depth, owner);
    if (kind > 1) {
      json += random_.one_of(
          std::array<std::string_view, 5>{"17", "-1.5", "null", "true", "18446744073709551615"});
      return;
    }
    strings.push_back(random_.text("xyz", random_.below(4)));
    json += '"' + strings.back() + '"';
  }

  Seeded& random_;
  int object_count_ = 0;
};

TEST_F(OutlineTest, SaysOfRandomDocumentsWhatWasWrittenIntoThem) {
  constexpr int kDocuments = 3000;
  Seeded random(1);
  std::map<std::uint64_t, std::string> known;  // by shape
  int of_known_shape = 0;
  int refused = 0;
  for (int i = 0; i < kDocuments; ++i) {
    const WrittenDocument document(random);
    const bool taken = read(document.json);
    ASSERT_EQ(taken, !document.has_key_twice) << document.json;
    refused += taken ? 0 : 1;
    if (!taken) continue;
    ASSERT_THAT(members(), ElementsAreArray(document.members)) << document.json;
    ASSERT_THAT(strings(), ElementsAreArray(document.strings)) << document.json;
    if (outline().shape == 0) continue;
    const std::string places =
        fmt::format("{} {}", fmt::join(document.members, " "), fmt::join(document.objects, " "));
    const auto [shape, is_new] = known.emplace(outline().shape, places);
    ASSERT_EQ(shape->second, places) << document.json;
    of_known_shape += is_new ? 0 : 1;
  }
  EXPECT_GT(refused, kDocuments / 20);
  EXPECT_LT(refused, kDocuments / 2);
  EXPECT_GT(of_known_shape, kDocuments / 60);
}

}  // namespace
}  // namespace riposte
