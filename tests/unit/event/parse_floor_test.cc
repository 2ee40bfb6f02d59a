#include "rules/event/parse_floor.h"

#include <string>

#include <gtest/gtest.h>

namespace riposte {
namespace {

std::optional<std::uint64_t> visited(std::string json) {
  const std::size_t size = json.size();
  json.append(ParseFloor::kPadding, '\0');
  return ParseFloor().visit(std::string_view(json).substr(0, size));
}

TEST(ParseFloor, LooksAtEveryKeyAndValueAtAnyDepth) {
  EXPECT_EQ(visited(R"({"a":"xyz"})"), 1U + 3U);
  EXPECT_EQ(visited(R"({"a":{"bc":[7,true,null,"x"]}})"), 1U + 2U + 7U + 1U + 0U + 1U);
  EXPECT_EQ(visited("{}"), 0U);
}

TEST(ParseFloor, SaysThatBytesAreNoJson) {
  EXPECT_FALSE(visited(R"({"a":)").has_value());
  EXPECT_FALSE(visited("").has_value());
}

}  // namespace
}  // namespace riposte
