#include <fstream>

#include <gtest/gtest.h>

#include "agent/link/backoff.h"
#include "agent/link/credentials.h"
#include "agent/link/endpoint.h"
#include "engine/tls/authority.h"
#include "tests/support/scratch.h"

namespace riposte::agent {
namespace {

using std::chrono::milliseconds;

TEST(Endpoints, AreReadWithNamesAndBothKindsOfAddress) {
  EXPECT_EQ(*parse_endpoint("192.0.2.7:7443"), (Endpoint{"192.0.2.7", 7443}));
  EXPECT_EQ(*parse_endpoint("engine.example.com:1"), (Endpoint{"engine.example.com", 1}));
  EXPECT_EQ(*parse_endpoint("[2001:db8::7]:65535"), (Endpoint{"2001:db8::7", 65535}));
  EXPECT_EQ(text_of({"2001:db8::7", 7443}), "[2001:db8::7]:7443");
  EXPECT_EQ(text_of({"192.0.2.7", 7443}), "192.0.2.7:7443");
  for (const char* text : {"", "192.0.2.7", "192.0.2.7:", ":7443", "192.0.2.7:0", "192.0.2.7:65536",
                           "192.0.2.7:7443 ", "2001:db8::7:7443", "[]:7443", "a:-1"})
    EXPECT_EQ(parse_endpoint(text).error().code, Errc::invalid) << text;
}

TEST(Engines, AreAddressesBecauseAnIsolatedHostHasNoNameService) {
  const test::Scratch scratch;
  const auto path = scratch.path() / "engines";
  const std::vector<Endpoint> engines{{"192.0.2.7", 7443}, {"2001:db8::7", 7443}};
  ASSERT_TRUE(write_engines(path, engines));
  EXPECT_EQ(*read_engines(path), engines);
  scratch.write("engines", "192.0.2.7:7443\nengine.example.com:7443\n");
  const auto named = read_engines(path);
  ASSERT_FALSE(named);
  EXPECT_NE(named.error().text().find("engines:2"), std::string::npos) << named.error().text();
  for (const std::string& text : {std::string(), std::string("# nobody\n"), std::string("nonsense\n")}) {
    scratch.write("engines", text);
    EXPECT_EQ(read_engines(path).error().code, Errc::invalid) << text;
  }
  std::string many;
  for (std::size_t i = 0; i <= kEnginesMax; ++i) many += "192.0.2.7:" + std::to_string(i + 1) + "\n";
  scratch.write("engines", many);
  EXPECT_FALSE(read_engines(path));
}

TEST(Backoffs, GrowToTheirMostAndBeginAgain) {
  Backoff backoff(milliseconds(1000), milliseconds(60'000), 1);
  for (const int step : {1000, 2000, 4000, 8000, 16'000, 32'000, 60'000, 60'000}) {
    const auto wait = backoff.next();
    EXPECT_GE(wait, milliseconds(step / 2));
    EXPECT_LE(wait, milliseconds(step));
  }
  backoff.reset();
  EXPECT_LE(backoff.next(), milliseconds(1000));
}

TEST(Backoffs, AreNotTheSameForAllHosts) {
  std::set<milliseconds> waits;
  for (unsigned host = 1; host <= 20; ++host)
    waits.insert(Backoff(milliseconds(1000), milliseconds(60'000), host * 7919).next());
  EXPECT_GT(waits.size(), 10U);
}

struct LinkCredentials : testing::Test {
  static constexpr WallTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
  test::Scratch scratch;
  tls::PrivateKey ca_key = *tls::PrivateKey::generate();
  tls::FleetAuthority authority =
      *tls::FleetAuthority::of(ca_key, *tls::FleetAuthority::self_signed(ca_key, "north", kNow));
  Credentials old = pair();

  Credentials pair() {
    tls::PrivateKey key = *tls::PrivateKey::generate();
    const auto request = *tls::CertificateRequest::from_pem(*tls::new_request(key, "web01"));
    tls::Certificate certificate = *authority.sign_agent(request, "m1", kNow);
    return {key, certificate, authority.certificate()};
  }
  std::string fingerprint() {
    const auto read = read_credentials(scratch.path());
    return read ? read->certificate.fingerprint() : read.error().text();
  }
};

TEST_F(LinkCredentials, AreReadAsTheyWereWrittenAndOnlyWhenTheyFit) {
  ASSERT_TRUE(write_credentials(scratch.path(), old));
  EXPECT_EQ(fingerprint(), old.certificate.fingerprint());
  const Credentials other = pair();
  EXPECT_FALSE(write_credentials(scratch.path(), {other.key, old.certificate, old.authority}));
  ASSERT_TRUE(other.certificate.write(scratch.path() / "cert.pem"));
  EXPECT_EQ(read_credentials(scratch.path()).error().code, Errc::invalid);
}

TEST_F(LinkCredentials, AreWholeWhereverACrashInterruptsTheirReplacement) {
  const Credentials next = pair();
  const auto key = scratch.path() / "next_key.pem";
  const auto certificate = scratch.path() / "next_cert.pem";
  ASSERT_TRUE(write_credentials(scratch.path(), old));
  ASSERT_TRUE(next.key.write(key));
  EXPECT_EQ(fingerprint(), old.certificate.fingerprint()) << "before the new certificate was written";
  ASSERT_TRUE(next.certificate.write(certificate));
  EXPECT_EQ(fingerprint(), next.certificate.fingerprint()) << "before either was moved";
  EXPECT_FALSE(std::filesystem::exists(key) || std::filesystem::exists(certificate));

  const Credentials third = pair();
  ASSERT_TRUE(third.certificate.write(certificate));
  ASSERT_TRUE(third.key.write(scratch.path() / "key.pem"));
  EXPECT_EQ(fingerprint(), third.certificate.fingerprint()) << "after the key was moved";

  ASSERT_TRUE(replace_pair(scratch.path(), old.key, old.certificate));
  EXPECT_EQ(fingerprint(), old.certificate.fingerprint());
}

TEST_F(LinkCredentials, AreRenewedWhenTwoThirdsOfTheirLifeAreOver) {
  EXPECT_FALSE(is_to_be_renewed(old.certificate, kNow + std::chrono::days(59)));
  EXPECT_TRUE(is_to_be_renewed(old.certificate, kNow + std::chrono::days(60)));
}

}  // namespace
}  // namespace riposte::agent
