#include "rules/event/number_text.h"

#include <bit>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "tests/support/seeded.h"

namespace riposte {
namespace {

/// What reading a number may look at behind it.
constexpr std::size_t kPadding = 64;

/// Both of the same text; nothing is refused by one of them alone.
void expect_as_simdjson(simdjson::dom::parser& parser, const std::string& text, char behind) {
  const std::string rest = behind == ']' ? "" : behind == ',' ? "0]" : "]";
  const simdjson::padded_string padded("[" + text + behind + rest);
  simdjson::dom::element expected;
  const auto error = parser.parse(padded).at(0).get(expected);
  const std::string readable = text + behind + std::string(kPadding, '7');
  ASSERT_EQ(is_number(readable.data()), error == simdjson::SUCCESS) << text;
  if (error != simdjson::SUCCESS) return;
  const Scalar found = number_at(readable.data());
  if (expected.is<double>() && !expected.is<std::int64_t>() && !expected.is<std::uint64_t>()) {
    ASSERT_TRUE(std::holds_alternative<double>(found.value)) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(std::get<double>(found.value)),
              std::bit_cast<std::uint64_t>(expected.get_double().value_unsafe()))
        << text;
  } else if (expected.type() == simdjson::dom::element_type::INT64) {
    ASSERT_EQ(found, Scalar{expected.get_int64().value_unsafe()}) << text;
  } else {
    ASSERT_EQ(found, Scalar{expected.get_uint64().value_unsafe()}) << text;
  }
}

TEST(NumberText, IsWhatSimdjsonTakesAtEveryLength) {
  simdjson::dom::parser parser;
  for (const std::string sign : {"", "-"})
    for (const char digit : {'0', '1', '8', '9'})
      for (std::size_t size = 0; size < 45; ++size)
        for (const std::string end : {"", ".", ".5", "e5", "e-40", ".e1", "x", "-", ".5.", ".5e", "e",
                                      ".123456789012345678901234567890"})
          for (const char behind : {']', ',', ' ', '\n'}) {
            std::string text = sign;
            text.append(size, digit);
            text += end;
            if (!text.empty()) expect_as_simdjson(parser, text, behind);
          }
}

TEST(NumberText, IsWhatSimdjsonTakesAroundTheLimits) {
  simdjson::dom::parser parser;
  for (const std::string sign : {"", "-"})
    for (const std::string limit : {"922337203685477580", "1844674407370955161", "999999999999999999"})
      for (char last = '0'; last <= '9'; ++last) expect_as_simdjson(parser, sign + limit + last, ',');
  for (int exponent = 300; exponent < 315; ++exponent)
    expect_as_simdjson(parser, "1.7976931348623157e" + std::to_string(exponent), ' ');
}

TEST(NumberText, IsWhatSimdjsonTakesOfAnyBytes) {
  simdjson::dom::parser parser;
  Seeded random(5);
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = "1" + random.text("0123456789.eE+-", random.below(12));
    expect_as_simdjson(parser, random.one_in(2) ? text : "-" + text.substr(1) + "0", ']');
  }
}

}  // namespace
}  // namespace riposte
