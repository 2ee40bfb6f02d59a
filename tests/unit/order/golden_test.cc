#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "engine/base/hex.h"
#include "engine/base/result_word.h"
#include "engine/lifecycle/fact.h"
#include "engine/order/frame.h"
#include "engine/order/hello.h"
#include "engine/order/names.h"
#include "engine/order/pong.h"
#include "engine/order/report.h"
#include "tests/support/order_samples.h"

namespace riposte::order {
namespace {

std::string hexadecimal(std::string_view bytes) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// What version 1 writes, by name.
std::map<std::string, std::string> written_now() {
  std::map<std::string, std::string> bytes;
  for (const Order& sample : test::orders_of_every_verb())
    bytes[std::string(name_of(verb_of(sample.command)))] = hexadecimal(encode(sample));
  bytes["report"] = hexadecimal(encode(test::sample_report()));
  bytes["pong"] = hexadecimal(encode(Pong{"north", "m", {1, 2, 3}, test::kIssued}));
  bytes["signed_order"] = hexadecimal(encode(*sign(test::sample_order(), test::key_of(1))));
  bytes["signed_report"] = hexadecimal(encode(*sign(test::sample_report(), test::key_of(5))));
  bytes["ping"] = hexadecimal(encode(Nonce{1, 2, 3}));
  bytes["welcome"] = hexadecimal(encode(Welcome{"north", {1, 2, 3}, test::kIssued}));
  bytes["hello"] = hexadecimal(encode(test::sample_hello()));
  bytes["signed_hello"] = hexadecimal(encode(*sign(test::sample_hello(), test::key_of(5))));
  bytes["reconnect_frame"] = hexadecimal(encode(Frame{FrameType::reconnect, ""}));
  return bytes;
}

/// Every line: a name, a blank, hexadecimal digits.
std::map<std::string, std::string> golden(int version) {
  std::ifstream file(std::string(RIPOSTE_SOURCE_DIR) + "/tests/golden/orders/v" + std::to_string(version) +
                     ".txt");
  std::map<std::string, std::string> bytes;
  for (std::string name; file >> name;) file >> bytes[name];
  return bytes;
}

TEST(GoldenBytes, OfVersionOneAreWrittenAsTheyEverWere) {
  auto expected = golden(1);
  EXPECT_EQ(expected.size(), kVerbCount + 9);
  for (const auto& [name, bytes] : written_now()) EXPECT_EQ(expected[name], bytes) << name << ' ' << bytes;
}

/// The engine's own words for the same; what was journalled under one is read under the other.
TEST(ResultWords, AreThoseOfTheEngine) {
  using Kind = Outcome::Kind;
  for (const Kind kind :
       {Kind::ok, Kind::already_done, Kind::not_found, Kind::refused_identity, Kind::refused_guard,
        Kind::unsupported, Kind::timeout, Kind::error, Kind::unknown}) {
    const auto word = parse_result_word(name_of(kind));
    ASSERT_TRUE(word) << name_of(kind);
    EXPECT_EQ(std::to_underlying(*word), std::to_underlying(kind));
    EXPECT_EQ(name_of(*word), name_of(kind));
  }
}

}  // namespace
}  // namespace riposte::order
