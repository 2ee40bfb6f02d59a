#include "engine/tls/context.h"

#include <gtest/gtest.h>

#include "engine/tls/authority.h"
#include "tests/unit/tls/meeting.h"

namespace riposte::tls {
namespace {

using test::Meeting;

const WallTime kNow = SystemClock().now();
constexpr auto kFleet = "north";

FleetAuthority new_authority(const std::string& fleet = kFleet) {
  PrivateKey key = *PrivateKey::generate();
  Certificate certificate = *FleetAuthority::self_signed(key, fleet, kNow);
  return *FleetAuthority::of(std::move(key), std::move(certificate));
}

struct Holder {
  PrivateKey key;
  Certificate certificate;
};

Holder new_engine(const FleetAuthority& authority, WallTime now = kNow) {
  PrivateKey key = *PrivateKey::generate();
  Certificate certificate = *authority.sign_engine(key, kFleet, now);
  return {key, certificate};
}

Holder new_agent(const FleetAuthority& authority, WallTime now = kNow) {
  PrivateKey key = *PrivateKey::generate();
  const auto request = CertificateRequest::from_pem(*new_request(key, "web01"));
  return {key, *authority.sign_agent(*request, "0123456789abcdef", now)};
}

Context serve(const FleetAuthority& authority, const Holder& engine) {
  return *server_context(engine.key, engine.certificate, authority.certificate());
}

Context call(const FleetAuthority& authority, const Holder& agent) {
  return *client_context(agent.key, agent.certificate, authority.certificate(), engine_name(kFleet));
}

TEST(Tls, BringsAnAgentAndItsEngineTogether) {
  const auto authority = new_authority();
  const auto agent = new_agent(authority);
  Meeting meeting(serve(authority, new_engine(authority)), call(authority, agent));
  ASSERT_TRUE(meeting.agree());
  EXPECT_EQ(peer_certificate(meeting.server())->fingerprint(), agent.certificate.fingerprint());
  EXPECT_EQ(peer_certificate(meeting.server())->name(), "0123456789abcdef");
  EXPECT_EQ(verification_problem(meeting.server()), "");
  EXPECT_STREQ(SSL_get_version(meeting.server()), "TLSv1.3");
}

TEST(Tls, LeavesNoAgentInWhomAnotherAuthorityVouchesFor) {
  const auto authority = new_authority();
  const auto other = new_authority();
  const auto agent = new_agent(other);
  const Context client =
      *client_context(agent.key, agent.certificate, authority.certificate(), engine_name(kFleet));
  Meeting meeting(serve(authority, new_engine(authority)), client);
  EXPECT_FALSE(meeting.agree());
  EXPECT_NE(verification_problem(meeting.server()), "");
}

TEST(Tls, BelievesNoEngineOfAnotherAuthority) {
  const auto authority = new_authority();
  const auto other = new_authority();
  Meeting meeting(serve(other, new_engine(other)), call(authority, new_agent(authority)));
  EXPECT_FALSE(meeting.agree());
}

TEST(Tls, BelievesNoAgentThatPlaysTheEngine) {
  const auto authority = new_authority();
  const auto impostor = new_agent(authority);
  Meeting meeting(serve(authority, impostor), call(authority, new_agent(authority)));
  EXPECT_FALSE(meeting.agree());
}

TEST(Tls, BelievesNoEngineThatPlaysAnAgent) {
  const auto authority = new_authority();
  const auto engine = new_engine(authority);
  Meeting meeting(serve(authority, engine), call(authority, engine));
  EXPECT_FALSE(meeting.agree());
}

TEST(Tls, BelievesNoEngineOfAnotherFleetOfTheSameAuthority) {
  const auto authority = new_authority();
  const auto agent = new_agent(authority);
  const Context client =
      *client_context(agent.key, agent.certificate, authority.certificate(), engine_name("south"));
  Meeting meeting(serve(authority, new_engine(authority)), client);
  EXPECT_FALSE(meeting.agree());
}

TEST(Tls, RefusesWhatHasExpiredAndWhatIsNotValidYet) {
  const auto authority = new_authority();
  const auto engine = new_engine(authority);
  const auto expired = new_agent(authority, kNow - kAgentCertificateLife - std::chrono::seconds(1));
  EXPECT_FALSE(Meeting(serve(authority, engine), call(authority, expired)).agree());
  const auto early = new_agent(authority, kNow + 2 * kBackdated);
  EXPECT_FALSE(Meeting(serve(authority, engine), call(authority, early)).agree());
  const auto old_engine = new_engine(authority, kNow - kEngineCertificateLife - std::chrono::seconds(1));
  EXPECT_FALSE(Meeting(serve(authority, old_engine), call(authority, new_agent(authority))).agree());
  const auto last_day = new_agent(authority, kNow - kAgentCertificateLife + std::chrono::hours(1));
  EXPECT_TRUE(Meeting(serve(authority, engine), call(authority, last_day)).agree());
}

TEST(Tls, SpeaksNothingOlderThanThirteen) {
  const auto authority = new_authority();
  const Context server = serve(authority, new_engine(authority));
  const Context client = call(authority, new_agent(authority));
  {
    Meeting meeting(server, client);
    SSL_set_min_proto_version(meeting.client(), TLS1_2_VERSION);
    SSL_set_max_proto_version(meeting.client(), TLS1_2_VERSION);
    EXPECT_FALSE(meeting.agree());
  }
  Meeting meeting(server, client);
  SSL_set_min_proto_version(meeting.server(), TLS1_2_VERSION);
  SSL_set_max_proto_version(meeting.server(), TLS1_2_VERSION);
  EXPECT_FALSE(meeting.agree());
}

TEST(Tls, LetsAStrangerInWithoutACertificateAndSaysSo) {
  const auto authority = new_authority();
  Meeting meeting(serve(authority, new_engine(authority)),
                  *enrolling_context(authority.certificate().key_hash()));
  ASSERT_TRUE(meeting.agree());
  EXPECT_FALSE(peer_certificate(meeting.server()));
}

TEST(Tls, ShowsAStrangerThePinnedAuthorityOrNone) {
  const auto authority = new_authority();
  const auto other = new_authority();
  const Context stranger = *enrolling_context(authority.certificate().key_hash());
  EXPECT_FALSE(Meeting(serve(other, new_engine(other)), stranger).agree());
  // The right authority on display does not help an engine that it has not signed.
  const auto engine = new_engine(other);
  const Context pretender = *server_context(engine.key, engine.certificate, authority.certificate());
  EXPECT_FALSE(Meeting(pretender, stranger).agree());
  const auto agent = new_agent(authority);
  EXPECT_FALSE(Meeting(serve(authority, agent), stranger).agree());
}

TEST(Tls, RefusesACertificateWithAnothersKey) {
  const auto authority = new_authority();
  const auto agent = new_agent(authority);
  EXPECT_EQ(
      client_context(*PrivateKey::generate(), agent.certificate, authority.certificate(), "x").error().code,
      Errc::invalid);
}

}  // namespace
}  // namespace riposte::tls
