#include "engine/order/signing.h"

#include <gtest/gtest.h>

#include "engine/order/pong.h"
#include "engine/order/report.h"
#include "tests/support/order_samples.h"

namespace riposte::order {
namespace {

using namespace std::chrono_literals;
using test::key_of;
using test::kIssued;
using test::ring_of;
using test::sample_order;
using test::sample_report;

SignedOrder signed_sample() { return *sign(sample_order(), key_of(1)); }

TEST(SignedOrders, OpenUnderTheKeyThatSignedThem) {
  const auto opened = open_order(signed_sample(), ring_of(key_of(1)), kIssued);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(*opened, sample_order());
}

TEST(SignedOrders, OfAnotherKeyAreDenied) {
  EXPECT_EQ(open_order(signed_sample(), ring_of(key_of(2)), kIssued).error().code, Errc::denied);
  SignedOrder claimed = signed_sample();
  claimed.key_id = id_of(key_of(2).public_key());
  EXPECT_EQ(open_order(claimed, ring_of(key_of(2)), kIssued).error().code, Errc::denied);
}

TEST(SignedOrders, AreDeniedWhenAnySingleBitOfTheBytesIsFlipped) {
  const KeyRing ring = ring_of(key_of(1));
  for (std::size_t bit = 0; bit < 8 * signed_sample().bytes.size(); ++bit) {
    SignedOrder flipped = signed_sample();
    flipped.bytes[bit / 8] = static_cast<char>(flipped.bytes[bit / 8] ^ (1 << (bit % 8)));
    const auto opened = open_order(flipped, ring, kIssued);
    ASSERT_FALSE(opened) << "bit " << bit;
    ASSERT_EQ(opened.error().code, Errc::denied) << "bit " << bit;
  }
}

TEST(SignedOrders, AreDeniedWhenAnySingleBitOfTheSignatureIsFlipped) {
  const KeyRing ring = ring_of(key_of(1));
  for (std::size_t bit = 0; bit < 8 * kSignatureBytes; ++bit) {
    SignedOrder flipped = signed_sample();
    flipped.signature[bit / 8] = static_cast<std::uint8_t>(flipped.signature[bit / 8] ^ (1U << (bit % 8)));
    ASSERT_EQ(open_order(flipped, ring, kIssued).error().code, Errc::denied) << "bit " << bit;
  }
}

TEST(SignedOrders, AreDeniedWhenTheyEndTooEarly) {
  const KeyRing ring = ring_of(key_of(1));
  const SignedOrder whole = signed_sample();
  for (std::size_t length = 0; length < whole.bytes.size(); ++length)
    ASSERT_EQ(open_order({whole.key_id, whole.bytes.substr(0, length), whole.signature}, ring, kIssued)
                  .error()
                  .code,
              Errc::denied);
}

TEST(SignedOrders, ThatAreSignedAndNoOrderAreInvalid) {
  const auto nonsense = sign_as<Domain::order>("nonsense", key_of(1));
  EXPECT_EQ(open_order(nonsense, ring_of(key_of(1)), kIssued).error().code, Errc::invalid);
}

TEST(SignedOrders, ThatNoHostWouldTakeAreNotSigned) {
  Order eternal = sample_order();
  eternal.ttl = Duration::zero();
  EXPECT_EQ(sign(eternal, key_of(1)).error().code, Errc::invalid);
}

TEST(Signatures, OfOneDomainAreWorthNothingInAnother) {
  const std::vector<Domain> domains{Domain::order, Domain::report, Domain::pong, Domain::enrolment,
                                    Domain::hello};
  const SigningKey key = key_of(1);
  for (const Domain signed_as : domains)
    for (const Domain believed_as : domains)
      EXPECT_EQ(is_signature_of(believed_as, "bytes", sign_bytes(signed_as, "bytes", key), key.public_key()),
                signed_as == believed_as);
}

TEST(Signatures, OfAKeyOfSmallOrderAreRefused) {
  const PublicKey identity{1};  // the neutral point, under which anybody could sign
  EXPECT_FALSE(is_signature_of(Domain::order, "bytes", Signature{1}, identity));
}

TEST(Envelopes, ComeBackAndHaveOneEncoding) {
  const SignedOrder sealed = signed_sample();
  const std::string bytes = encode(sealed);
  EXPECT_EQ(*decode_signed<Domain::order>(bytes), sealed);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    ASSERT_FALSE(decode_signed<Domain::order>(bytes.substr(0, length)));
  EXPECT_FALSE(decode_signed<Domain::order>(bytes + "x"));
  std::string with_more_signatures = bytes;
  with_more_signatures.back() = '\1';
  EXPECT_FALSE(decode_signed<Domain::order>(with_more_signatures));
}

TEST(Reports, ComeBackUnderTheHostsKeyAlone) {
  const auto sealed = sign(sample_report(), key_of(5));
  ASSERT_TRUE(sealed);
  EXPECT_EQ(*open_report(*sealed, ring_of(key_of(5)), kIssued), sample_report());
  EXPECT_EQ(open_report(*sealed, ring_of(key_of(6)), kIssued).error().code, Errc::denied);
  for (std::size_t length = 0; length < sealed->bytes.size(); ++length)
    ASSERT_FALSE(decode_report(sealed->bytes.substr(0, length)));
}

TEST(Reports, OfTheLargestResultFitIntoAFrame) {
  Report report = sample_report();
  report.result = bounded({ResultWord::error, std::string(3 * kDetailBytesMax, 'd'), {}});
  for (std::size_t i = 0; i < 2 * kEvidenceMax; ++i)
    report.result.evidence["name" + std::to_string(i)] =
        std::string(kEvidenceBytesMax / kEvidenceMax - 8, 'e');
  EXPECT_FALSE(sign(report, key_of(5)));
  report.result = bounded(report.result);
  EXPECT_EQ(report.result.detail.size(), kDetailBytesMax);
  EXPECT_EQ(report.result.evidence.size(), kEvidenceMax);
  const auto sealed = sign(report, key_of(5));
  ASSERT_TRUE(sealed) << sealed.error().text();
  EXPECT_TRUE(decode_signed<Domain::report>(encode(*sealed)));
  report.result.evidence.begin()->second += std::string(kEvidenceBytesMax, 'e');
  EXPECT_FALSE(check(report));
}

TEST(Reports, AreCutBetweenLettersNotInsideThem) {
  std::string detail(kDetailBytesMax - 1, 'd');
  detail += "\xc3\xa4";  // the last byte that fits is the first of two
  EXPECT_EQ(bounded({ResultWord::ok, detail, {}}).detail, std::string(kDetailBytesMax - 1, 'd'));
}

TEST(Pongs, AnswerTheQuestionThatWasAsked) {
  Pong pong{.fleet = "north", .machine_id = "m", .nonce = {1, 2, 3}, .at = kIssued};
  const SignedPong sealed = sign(pong, key_of(1));
  const KeyRing ring = ring_of(key_of(1));
  EXPECT_EQ(*open_pong(sealed, ring, pong.nonce, kIssued), pong);
  EXPECT_EQ(open_pong(sealed, ring, Nonce{9}, kIssued).error().code, Errc::denied);
  EXPECT_EQ(open_pong(sealed, ring_of(key_of(2)), pong.nonce, kIssued).error().code, Errc::denied);
}

TEST(KeyRings, HoldTwoKeysWhileOneFollowsTheOther) {
  const SigningKey old_key = key_of(1);
  const SigningKey new_key = key_of(2);
  const auto ring = KeyRing::of(
      {{old_key.public_key(), kIssued, kIssued + 2h}, {new_key.public_key(), kIssued + 1h, kIssued + 9h}});
  ASSERT_TRUE(ring);
  const auto believed = [&](const SigningKey& key, Duration after) {
    return ring->find(id_of(key.public_key()), kIssued + after).has_value();
  };
  EXPECT_FALSE(believed(old_key, -1us));
  EXPECT_TRUE(believed(old_key, 0us));
  EXPECT_TRUE(believed(old_key, 2h));
  EXPECT_FALSE(believed(old_key, 2h + 1us));
  EXPECT_FALSE(believed(new_key, 1h - 1us));
  EXPECT_TRUE(believed(new_key, 1h));
}

TEST(KeyRings, RefuseTooManyKeysTheSameTwiceAndTimesThatEndBeforeTheyBegin) {
  std::vector<TrustedKey> keys;
  for (std::uint8_t i = 0; i < kKeysMax; ++i) keys.push_back({key_of(i).public_key(), WallTime{}});
  EXPECT_TRUE(KeyRing::of(keys));
  keys.push_back({key_of(kKeysMax).public_key(), WallTime{}});
  EXPECT_EQ(KeyRing::of(keys).error().code, Errc::invalid);
  EXPECT_FALSE(KeyRing::of({keys[0], keys[0]}));
  EXPECT_FALSE(KeyRing::of({{keys[0].key, kIssued, kIssued - 1us}}));
}

TEST(SigningKeys, AreNewEveryTime) { EXPECT_NE(new_seed(), new_seed()); }

}  // namespace
}  // namespace riposte::order
