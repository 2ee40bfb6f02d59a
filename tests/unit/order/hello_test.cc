#include "engine/order/hello.h"

#include <gtest/gtest.h>

#include "tests/support/order_samples.h"

namespace riposte::order {
namespace {

using test::key_of;
using test::kIssued;
using test::ring_of;
using test::sample_hello;

TEST(Hellos, ComeBackUnderTheHostsKeyAndForTheWelcomeThatTheyAnswer) {
  const auto sealed = sign(sample_hello(), key_of(5));
  ASSERT_TRUE(sealed) << sealed.error().text();
  const auto again = decode_signed<Domain::hello>(encode(*sealed));
  ASSERT_TRUE(again);
  const KeyRing ring = ring_of(key_of(5));
  EXPECT_EQ(*open_hello(*again, ring, sample_hello().nonce, kIssued), sample_hello());
  EXPECT_EQ(open_hello(*again, ring, Nonce{9}, kIssued).error().code, Errc::denied);
  EXPECT_EQ(open_hello(*again, ring_of(key_of(6)), sample_hello().nonce, kIssued).error().code, Errc::denied);
}

TEST(Hellos, AreRefusedWhenAnythingIsMissingOrLeftOver) {
  const std::string bytes = encode(sample_hello());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    ASSERT_FALSE(decode_hello(bytes.substr(0, length))) << length;
  EXPECT_FALSE(decode_hello(bytes + "x"));
}

TEST(Hellos, WithoutNamesJournalOrPossibleTimeAreNeitherSignedNorRead) {
  const auto refused = [](auto change) {
    Hello hello = sample_hello();
    change(hello);
    return !sign(hello, key_of(5)) && !decode_hello(encode(hello));
  };
  EXPECT_TRUE(refused([](Hello& hello) { hello.fleet = "../north"; }));
  EXPECT_TRUE(refused([](Hello& hello) { hello.machine_id.clear(); }));
  EXPECT_TRUE(refused([](Hello& hello) { hello.journal_id = std::string(32, 'x'); }));
  EXPECT_TRUE(refused([](Hello& hello) { hello.at = kTimeMax + Duration(1); }));
  EXPECT_FALSE(refused([](Hello&) {}));
}

TEST(Welcomes, ComeBackAndHaveOneEncoding) {
  const Welcome welcome{"north", {7, 8}, kIssued};
  const std::string bytes = encode(welcome);
  EXPECT_EQ(*decode_welcome(bytes), welcome);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    ASSERT_FALSE(decode_welcome(bytes.substr(0, length))) << length;
  EXPECT_FALSE(decode_welcome(bytes + "x"));
  EXPECT_FALSE(decode_welcome(encode(Welcome{"", {7, 8}, kIssued})));
}

TEST(Pings, AreTheNonceAndNothingElse) {
  const Nonce asked{1, 2, 3};
  EXPECT_EQ(*decode_ping(encode(asked)), asked);
  EXPECT_FALSE(decode_ping(encode(asked) + "x"));
  EXPECT_FALSE(decode_ping(""));
}

}  // namespace
}  // namespace riposte::order
