#include "connectors/agents/enrolment_desk.h"

#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace riposte::agents {
namespace {

constexpr WallTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
constexpr Duration kHour = std::chrono::hours(1);

struct Enrolling : testing::Test {
  test::Scratch scratch;
  FleetKeys keys = *FleetKeys::open(scratch.path() / "fleet", "north", kNow);
  std::unique_ptr<Registry> registry = *Registry::open(scratch.path() / "fleet" / "agents");
  EnrolmentTokens tokens{scratch.path() / "tokens.json", keys.authority.certificate().key_hash()};
  EnrolmentDesk desk{keys, *registry, tokens};
  order::SigningKey report_key = order::SigningKey::from_seed(order::new_seed());
  tls::PrivateKey link_key = *tls::PrivateKey::generate();

  enrolment::SignedEnrol asking(const std::string& token, const std::string& name = "web01",
                                const std::string& machine_id = "m1",
                                std::vector<std::string> host_names = {}) {
    return *enrolment::sign({.token = token,
                             .request = *tls::new_request(link_key, name),
                             .report_key = report_key.public_key(),
                             .machine_id = machine_id,
                             .name = name,
                             .host_names = std::move(host_names)},
                            report_key);
  }
};

TEST_F(Enrolling, GivesAHostItsCertificateAndRemembersIt) {
  const std::string token = *tokens.make("web01", kHour, kNow);
  const auto enrolled = desk.enrol(asking(token), kNow);
  ASSERT_TRUE(enrolled) << enrolled.error().text();
  EXPECT_EQ(enrolled->fleet, "north");
  EXPECT_EQ(enrolled->enrolment, 1U);
  EXPECT_EQ(enrolled->order_keys, std::vector{keys.order_key.public_key()});
  const auto certificate = *tls::Certificate::from_pem(enrolled->certificate);
  EXPECT_EQ(certificate.name(), "m1");
  EXPECT_TRUE(certificate.belongs_to(link_key));
  EXPECT_TRUE(certificate.is_signed_by(*tls::Certificate::from_pem(enrolled->authority)));
  EXPECT_EQ(registry->find_certificate(certificate.fingerprint())->report_key, report_key.public_key());
}

TEST_F(Enrolling, TakesATokenOnceEvenAfterARestart) {
  const std::string token = *tokens.make("web01", kHour, kNow);
  const std::string other = *tokens.make("web02", kHour, kNow);
  ASSERT_TRUE(desk.enrol(asking(token), kNow));
  EXPECT_EQ(desk.enrol(asking(token), kNow).error().code, Errc::denied);
  EnrolmentTokens again(scratch.path() / "tokens.json", "hash");
  EXPECT_EQ(again.burn(token, "web01", kNow).error().code, Errc::denied);
  EXPECT_TRUE(again.burn(other, "web02", kNow));
}

TEST_F(Enrolling, RefusesATokenThatIsWrongExpiredOrForAnotherName) {
  EXPECT_EQ(desk.enrol(asking("rpa_guess"), kNow).error().code, Errc::denied);
  const std::string token = *tokens.make("web01", kHour, kNow);
  EXPECT_EQ(desk.enrol(asking(token, "web02"), kNow).error().code, Errc::denied);
  EXPECT_EQ(desk.enrol(asking(token), kNow + kHour).error().code, Errc::denied);
  EXPECT_EQ(desk.enrol(asking(token.substr(0, token.size() - 1)), kNow).error().code, Errc::denied);
  EXPECT_TRUE(registry->list().empty());
  EXPECT_TRUE(desk.enrol(asking(token), kNow + kHour - Duration(std::chrono::milliseconds(1))))
      << "no refusal burned it";
}

TEST_F(Enrolling, AnewRevokesTheOldCertificate) {
  const auto first = desk.enrol(asking(*tokens.make("web01", kHour, kNow)), kNow);
  const auto second = desk.enrol(asking(*tokens.make("web01", kHour, kNow)), kNow);
  EXPECT_EQ(second->enrolment, 2U);
  EXPECT_FALSE(registry->find_certificate(tls::Certificate::from_pem(first->certificate)->fingerprint()));
  EXPECT_TRUE(registry->find_certificate(tls::Certificate::from_pem(second->certificate)->fingerprint()));
}

TEST_F(Enrolling, KeepsTheTokenWhenTheNameIsTaken) {
  ASSERT_TRUE(desk.enrol(asking(*tokens.make("web01", kHour, kNow)), kNow));
  const std::string token = *tokens.make("web01", kHour, kNow);
  EXPECT_EQ(desk.enrol(asking(token, "web01", "m2"), kNow).error().code, Errc::conflict);
  ASSERT_TRUE(registry->revoke("m1", "alice", "", kNow));
  EXPECT_TRUE(desk.enrol(asking(token, "web01", "m2"), kNow));
}

TEST_F(Enrolling, GivesNoHostTheNameOfAnother) {
  ASSERT_TRUE(
      desk.enrol(asking(*tokens.make("db01", kHour, kNow), "db01", "m1", {"db01.example.com"}), kNow));
  const auto token = *tokens.make("web01", kHour, kNow);
  ASSERT_TRUE(desk.enrol(
      asking(token, "web01", "m2", {"DB01", "db01.example.com", "m1", "web01", "web01.example.com"}), kNow));
  EXPECT_EQ(registry->find("m2")->aliases, std::vector<std::string>{"web01.example.com"});
}

TEST_F(Enrolling, RenewsWithoutEndingTheOldCertificateAtOnce) {
  const auto first = desk.enrol(asking(*tokens.make("web01", kHour, kNow)), kNow);
  const tls::PrivateKey next = *tls::PrivateKey::generate();
  const auto renewed = desk.renew("m1", {*tls::new_request(next, "m1")}, kNow);
  ASSERT_TRUE(renewed);
  const auto certificate = *tls::Certificate::from_pem(renewed->certificate);
  EXPECT_TRUE(certificate.belongs_to(next));
  EXPECT_TRUE(registry->find_certificate(certificate.fingerprint()));
  EXPECT_TRUE(registry->find_certificate(tls::Certificate::from_pem(first->certificate)->fingerprint()));
  ASSERT_TRUE(registry->revoke("m1", "alice", "", kNow));
  EXPECT_EQ(desk.renew("m1", {*tls::new_request(next, "m1")}, kNow).error().code, Errc::denied);
}

TEST_F(Enrolling, KeepsAtMostSoManyTokensOpen) {
  for (std::size_t i = 0; i < EnrolmentTokens::kOpenMax; ++i) ASSERT_TRUE(tokens.make("web01", kHour, kNow));
  EXPECT_EQ(tokens.make("web01", kHour, kNow).error().code, Errc::unavailable);
  EXPECT_TRUE(tokens.make("web01", kHour, kNow + kHour)) << "the others have expired";
  EXPECT_EQ(tokens.list(kNow + kHour).size(), 1U);
  EXPECT_FALSE(tokens.make("web/01", kHour, kNow));
  EXPECT_FALSE(tokens.make("web01", Duration{}, kNow));
}

TEST_F(Enrolling, GoesOnWithoutTokensWhenTheirFileIsTorn) {
  const std::string token = *tokens.make("web01", kHour, kNow);
  scratch.write("tokens.json", "[{\"hash\": \"bl");
  EnrolmentTokens again(scratch.path() / "tokens.json", "hash");
  EXPECT_EQ(again.check(token, "web01", kNow).error().code, Errc::denied);
  EXPECT_TRUE(again.make("web01", kHour, kNow));
}

TEST(FleetKeysOf, AnEngineStayTheSameAndPrivate) {
  const test::Scratch scratch;
  const auto directory = scratch.path() / "fleet";
  const auto first = FleetKeys::open(directory, "north", kNow);
  ASSERT_TRUE(first) << first.error().text();
  const auto second = FleetKeys::open(directory, "north", kNow + std::chrono::days(30));
  EXPECT_EQ(second->order_key.public_key(), first->order_key.public_key());
  EXPECT_EQ(second->authority.certificate().fingerprint(), first->authority.certificate().fingerprint());
  EXPECT_EQ(second->engine_certificate.fingerprint(), first->engine_certificate.fingerprint());
  for (const char* secret : {"ca.key", "engine.key", "order.key"})
    EXPECT_EQ(std::filesystem::status(directory / secret).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << secret;
  EXPECT_EQ(std::filesystem::status(directory).permissions(), std::filesystem::perms::owner_all);
}

TEST(FleetKeysOf, AnEngineAreMadeOutWhereACrashStoppedTheirMaking) {
  const test::Scratch scratch;
  const auto first = *FleetKeys::open(scratch.path(), "north", kNow);
  std::filesystem::remove(scratch.path() / "engine.pem");
  std::filesystem::remove(scratch.path() / "engine.key");
  std::filesystem::remove(scratch.path() / "ca.pem");
  const auto again = FleetKeys::open(scratch.path(), "north", kNow);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->authority.certificate().key_hash(), first.authority.certificate().key_hash());
  EXPECT_EQ(again->order_key.public_key(), first.order_key.public_key());
}

TEST(FleetKeysOf, AnEngineAreNeverReplacedWhenTheyAreLost) {
  for (const char* lost : {"ca.key", "order.key"}) {
    const test::Scratch scratch;
    ASSERT_TRUE(FleetKeys::open(scratch.path(), "north", kNow));
    std::filesystem::remove(scratch.path() / lost);
    if (lost == std::string("ca.key")) std::filesystem::remove(scratch.path() / "ca.pem");
    const auto again = FleetKeys::open(scratch.path(), "north", kNow);
    ASSERT_FALSE(again) << lost;
    EXPECT_EQ(again.error().code, Errc::invalid);
    EXPECT_FALSE(std::filesystem::exists(scratch.path() / lost));
  }
}

TEST(FleetKeysOf, AnEngineAreRefusedWhenOthersCanReadThemOrTheFleetIsAnother) {
  const test::Scratch scratch;
  ASSERT_TRUE(FleetKeys::open(scratch.path(), "north", kNow));
  EXPECT_EQ(FleetKeys::open(scratch.path(), "south", kNow).error().code, Errc::invalid);
  EXPECT_EQ(FleetKeys::open(scratch.path(), "no/rth", kNow).error().code, Errc::invalid);
  for (const char* secret : {"ca.key", "engine.key", "order.key"}) {
    using std::filesystem::perms;
    std::filesystem::permissions(scratch.path() / secret, perms::others_read,
                                 std::filesystem::perm_options::add);
    EXPECT_EQ(FleetKeys::open(scratch.path(), "north", kNow).error().code, Errc::invalid) << secret;
    std::filesystem::permissions(scratch.path() / secret, perms::others_read,
                                 std::filesystem::perm_options::remove);
  }
}

TEST(FleetKeysOf, AnEngineGetANewCertificateBeforeTheOldOneEnds) {
  const test::Scratch scratch;
  const auto first = *FleetKeys::open(scratch.path(), "north", kNow);
  const auto later = *FleetKeys::open(scratch.path(), "north", kNow + std::chrono::days(9 * 365));
  EXPECT_NE(later.engine_certificate.fingerprint(), first.engine_certificate.fingerprint());
}

}  // namespace
}  // namespace riposte::agents
