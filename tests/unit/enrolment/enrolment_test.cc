#include "engine/enrolment/enrolment.h"

#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "engine/base/hex.h"

namespace riposte::enrolment {
namespace {

order::SigningKey key_of(std::uint8_t first) {
  order::Seed seed{};
  seed.front() = first;
  return order::SigningKey::from_seed(seed);
}

Enrol sample(const order::SigningKey& key) {
  return {.token = "rpa_token.hash",
          .request = "-----BEGIN CERTIFICATE REQUEST-----",
          .report_key = key.public_key(),
          .machine_id = "5d0c6b1e7b4f4a3c9a56f54f9b6c3aa1",
          .name = "web01",
          .host_names = {"web01.example.com", "web01"}};
}

Enrolled sample_answer() {
  return {.fleet = "north",
          .machine_id = "5d0c6b1e7b4f4a3c9a56f54f9b6c3aa1",
          .enrolment = 3,
          .certificate = "certificate",
          .authority = "authority",
          .order_keys = {key_of(1).public_key(), key_of(2).public_key()}};
}

TEST(Enrolment, IsReadAsItWasAsked) {
  const auto key = key_of(7);
  EXPECT_EQ(*open_enrol(*sign(sample(key), key)), sample(key));
  EXPECT_EQ(*decode_enrolled(encode(sample_answer())), sample_answer());
  EXPECT_EQ(*decode_renew(encode(Renew{"request"})), Renew{"request"});
  EXPECT_EQ(*decode_renewed(encode(Renewed{"certificate"})), Renewed{"certificate"});
  EXPECT_EQ(*decode_refused(encode(Refused{"no", true})), (Refused{"no", true}));
}

TEST(Enrolment, IsRefusedWhenAnyByteIsAnother) {
  const auto key = key_of(7);
  const SignedEnrol sealed = *sign(sample(key), key);
  for (std::size_t at = 0; at < sealed.bytes.size(); ++at) {
    SignedEnrol other = sealed;
    other.bytes[at] = static_cast<char>(other.bytes[at] ^ 1);
    EXPECT_FALSE(open_enrol(other)) << "byte " << at;
  }
  SignedEnrol other = sealed;
  other.signature.front() ^= 1U;
  EXPECT_EQ(open_enrol(other).error().code, Errc::denied);
}

TEST(Enrolment, IsNotAskedInTheNameOfAnothersKey) {
  const auto key = key_of(7);
  const auto thief = key_of(8);
  EXPECT_FALSE(sign(sample(key), thief));
  SignedEnrol sealed = *sign(sample(key), key);
  sealed = order::sign_as<order::Domain::enrolment>(sealed.bytes, thief);
  EXPECT_EQ(open_enrol(sealed).error().code, Errc::denied);
  sealed = *sign(sample(key), key);
  sealed.signature = order::sign_bytes(order::Domain::report, sealed.bytes, key);
  EXPECT_EQ(open_enrol(sealed).error().code, Errc::denied) << "a report is no request";
}

TEST(Enrolment, IsRefusedCutAndWithMoreBehindIt) {
  const std::string answer = encode(sample_answer());
  for (std::size_t length = 0; length < answer.size(); ++length)
    EXPECT_FALSE(decode_enrolled(answer.substr(0, length))) << length;
  EXPECT_FALSE(decode_enrolled(answer + "x"));
  const auto key = key_of(7);
  const SignedEnrol sealed = *sign(sample(key), key);
  for (std::size_t length = 0; length < sealed.bytes.size(); ++length)
    EXPECT_FALSE(open_enrol(order::sign_as<order::Domain::enrolment>(sealed.bytes.substr(0, length), key)));
  EXPECT_FALSE(open_enrol(order::sign_as<order::Domain::enrolment>(sealed.bytes + "x", key)));
  for (const std::string& bytes : {encode(Renew{"r"}), encode(Renewed{"c"}), encode(Refused{"no", false})}) {
    const std::string cut = bytes.substr(0, bytes.size() - 1);
    EXPECT_FALSE(decode_renew(cut) && decode_renewed(cut) && decode_refused(cut));
  }
}

TEST(Enrolment, TakesOnlyNamesThatAreHarmlessInAPath) {
  const auto key = key_of(7);
  for (const char* name : {"", "../web01", "a/b", "-rf", "a b", "a\nb"}) {
    Enrol enrol = sample(key);
    enrol.machine_id = name;
    EXPECT_EQ(sign(enrol, key).error().code, Errc::invalid) << name;
    enrol = sample(key);
    enrol.name = name;
    EXPECT_EQ(sign(enrol, key).error().code, Errc::invalid) << name;
  }
  Enrol enrol = sample(key);
  enrol.host_names = {"web 01"};
  EXPECT_FALSE(sign(enrol, key));
  enrol.host_names.assign(kHostNamesMax + 1, "web01");
  EXPECT_FALSE(sign(enrol, key));
}

TEST(Enrolment, IsRefusedInNoMoreWordsThanAFrameHoldsEasily) {
  const std::string bytes = encode(Refused{std::string(3 * kWhyBytesMax, 'n'), false});
  EXPECT_EQ(decode_refused(bytes)->why.size(), kWhyBytesMax);
}

/// Every line of the file: a name, a blank, hexadecimal digits.
TEST(Enrolment, IsWrittenAsVersionOneEverWroteIt) {
  const auto key = key_of(7);
  const std::map<std::string, std::string> now{{"enrol", order::encode(*sign(sample(key), key))},
                                               {"enrolled", encode(sample_answer())},
                                               {"renew", encode(Renew{"request"})},
                                               {"renewed", encode(Renewed{"certificate"})},
                                               {"refused", encode(Refused{"no", true})}};
  std::ifstream file(RIPOSTE_SOURCE_DIR "/tests/golden/enrolment/v1.txt");
  std::size_t lines = 0;
  for (std::string name, digits; file >> name >> digits; ++lines)
    EXPECT_EQ(to_hex(now.at(name)), digits) << name;
  EXPECT_EQ(lines, now.size());
}

}  // namespace
}  // namespace riposte::enrolment
