/// A fixture for texts of which RecordReader has to say what simdjson says.
#pragma once

#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/record_oracle.h"

namespace riposte {

/// Says of each text what simdjson says, however often it is asked and whatever came before.
class RecordAgreement : public ::testing::Test {
 protected:
  static constexpr std::size_t kDepth = 8;

  void agree(std::string_view text) {
    const RecordReading expected = oracle_.read(text);
    expect_same(reader_.read(text), expected, text);
    expect_same(reader_.read(text), expected, text);
    expect_same(ReaderUnderTest(kDepth).read(text), expected, text);
    (expected.reason.empty() ? taken_ : refused_)++;
  }

  void agree_inside(std::string_view value) {
    agree(value);
    for (const std::string_view blank : {"", " ", "\n\t\r "}) {
      agree(fmt::format(R"({{"a":{0}{1}{0}}})", blank, value));
      agree(fmt::format(R"({{"a":[{0}{1}{0}]}})", blank, value));
      agree(fmt::format(R"({{"a":[1,{1}{0},"x"],"b":{0}{1},"c":{1}}})", blank, value));
    }
  }

  static void expect_same(const RecordReading& found, const RecordReading& expected, std::string_view text) {
    EXPECT_EQ(found.error, expected.error) << text;
    EXPECT_EQ(found.reason, expected.reason) << text;
    EXPECT_EQ(found.content, expected.content) << text;
  }

  DomOracle oracle_{kDepth};
  ReaderUnderTest reader_{kDepth};
  int taken_ = 0;
  int refused_ = 0;
};

}  // namespace riposte
