#include "connectors/agents/registry.h"

#include <thread>

#include <gtest/gtest.h>

#include "connectors/agents/entry_json.h"
#include "engine/base/log.h"
#include "engine/base/synced_file.h"
#include "tests/support/scratch.h"

namespace riposte::agents {
namespace {

constexpr WallTime kDay{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

std::string fingerprint(char digit) { return std::string(64, digit); }

AgentEntry host(const std::string& machine_id, const std::string& name, char digit) {
  return {.machine_id = machine_id,
          .name = name,
          .aliases = {name + ".example.com"},
          .report_key = {1, 2, 3},
          .certificate_fingerprint = fingerprint(digit),
          .enrolled_at = kDay};
}

struct RegistryTest : testing::Test {
  test::Scratch scratch;
  std::unique_ptr<Registry> registry = *Registry::open(scratch.path());
  void reopen() { registry = *Registry::open(scratch.path()); }
};

TEST_F(RegistryTest, FindsAHostByItsMachineAndByItsCertificate) {
  const AgentEntry enrolled = *registry->enrol(host("m1", "web01", 'a'));
  EXPECT_EQ(enrolled.enrolment, 1U);
  EXPECT_EQ(registry->find("m1"), enrolled);
  EXPECT_EQ(registry->find_certificate(fingerprint('a')), enrolled);
  EXPECT_FALSE(registry->find("m2"));
  EXPECT_FALSE(registry->find_certificate(fingerprint('b')));
}

TEST_F(RegistryTest, KnowsTheSameHostsAfterARestart) {
  AgentEntry first = *registry->enrol(host("m1", "web01", 'a'));
  ASSERT_TRUE(registry->enrol(host("m2", "web02", 'b')));
  ASSERT_TRUE(registry->revoke("m2", "alice", "sold", kDay + std::chrono::hours(1)));
  ASSERT_TRUE(registry->acknowledge("m1", std::string(32, 'e'), 17));
  ASSERT_TRUE(registry->offer_certificate("m1", fingerprint('c')));
  const auto before = registry->list();
  reopen();
  EXPECT_EQ(registry->list(), before);
  EXPECT_EQ(registry->find("m1")->journal_sequence, 17U);
  EXPECT_EQ(registry->find("m2")->revoked_by, "alice");
  EXPECT_FALSE(registry->find_certificate(fingerprint('b')));
  EXPECT_TRUE(registry->find_certificate(fingerprint('c')));
}

TEST_F(RegistryTest, NumbersEveryEnrolmentOfAHostAndForgetsItsOldCertificate) {
  ASSERT_TRUE(registry->enrol(host("m1", "web01", 'a')));
  EXPECT_EQ(registry->enrol(host("m1", "web01", 'b'))->enrolment, 2U);
  EXPECT_FALSE(registry->find_certificate(fingerprint('a')));
  ASSERT_TRUE(registry->revoke("m1", "alice", "", kDay));
  reopen();
  EXPECT_EQ(registry->enrol(host("m1", "web01", 'c'))->enrolment, 3U) << "also of one that was revoked";
  EXPECT_TRUE(registry->find_certificate(fingerprint('c')));
}

TEST_F(RegistryTest, GivesANameToOneLiveHostOnly) {
  ASSERT_TRUE(registry->enrol(host("m1", "web01", 'a')));
  EXPECT_EQ(registry->enrol(host("m2", "WEB01", 'b')).error().code, Errc::conflict);
  EXPECT_FALSE(registry->find("m2"));
  ASSERT_TRUE(registry->revoke("m1", "alice", "", kDay));
  EXPECT_TRUE(registry->enrol(host("m2", "web01", 'b')));
}

TEST_F(RegistryTest, RevokesOnceAndOnlyWhomItKnows) {
  ASSERT_TRUE(registry->enrol(host("m1", "web01", 'a')));
  EXPECT_EQ(registry->revoke("m9", "alice", "", kDay).error().code, Errc::not_found);
  ASSERT_TRUE(registry->revoke("m1", "alice", "gone", kDay));
  EXPECT_EQ(registry->revoke("m1", "bob", "", kDay).error().code, Errc::conflict);
  EXPECT_EQ(registry->find("m1")->revoked_by, "alice");
  EXPECT_EQ(registry->offer_certificate("m1", fingerprint('b')).error().code, Errc::denied);
}

TEST_F(RegistryTest, LetsAHostShowItsOldCertificateUntilItHasShownTheNewOne) {
  ASSERT_TRUE(registry->enrol(host("m1", "web01", 'a')));
  ASSERT_TRUE(registry->offer_certificate("m1", fingerprint('b')));
  EXPECT_TRUE(registry->find_certificate(fingerprint('a')));
  ASSERT_TRUE(registry->take_up_certificate("m1", fingerprint('a')));
  EXPECT_TRUE(registry->find_certificate(fingerprint('b'))) << "the old one ends nothing";
  ASSERT_TRUE(registry->take_up_certificate("m1", fingerprint('b')));
  EXPECT_FALSE(registry->find_certificate(fingerprint('a')));
  EXPECT_EQ(registry->find("m1")->certificate_fingerprint, fingerprint('b'));
}

TEST_F(RegistryTest, LosesNobodyElseWhenAFileIsTornAndLetsThatHostInToNothing) {
  ASSERT_TRUE(registry->enrol(host("m1", "web01", 'a')));
  ASSERT_TRUE(registry->enrol(host("m2", "web02", 'b')));
  const std::string whole = *read_small(scratch.path() / "m1.json", 10'000);
  log::set_level(log::Level::off);
  for (std::size_t length = 0; length + 2 < whole.size(); length += 7) {
    scratch.write("m1.json", whole.substr(0, length));
    reopen();
    EXPECT_TRUE(registry->find("m2"));
    EXPECT_FALSE(registry->find("m1"));
    EXPECT_FALSE(registry->find_certificate(fingerprint('a')));
    EXPECT_EQ(registry->enrol(host("m1", "web01", 'c')).error().code, Errc::corrupt)
        << "its enrolment number would begin again";
  }
  log::set_level(log::Level::info);
}

TEST_F(RegistryTest, PassesOverWhatACrashLeftUnfinishedAndFilesOfAnotherName) {
  ASSERT_TRUE(registry->enrol(host("m1", "web01", 'a')));
  scratch.write("m1.json.new", "{\"machine_id\": ");
  scratch.write("m7.json", *read_small(scratch.path() / "m1.json", 10'000));
  reopen();
  EXPECT_EQ(registry->list().size(), 1U);
}

TEST_F(RegistryTest, TellsWhoWasRevokedOrEnrolledAnew) {
  std::vector<std::string> told;
  registry->on_change([&](const std::string& machine_id) { told.push_back(machine_id); });
  ASSERT_TRUE(registry->enrol(host("m1", "web01", 'a')));
  ASSERT_TRUE(registry->revoke("m1", "alice", "", kDay));
  EXPECT_EQ(told, (std::vector<std::string>{"m1", "m1"}));
  registry->on_change({});
  ASSERT_TRUE(registry->enrol(host("m2", "web02", 'b')));
  EXPECT_EQ(told.size(), 2U);
}

TEST_F(RegistryTest, IsReadAndChangedByManyAtOnce) {
  constexpr int kHosts = 20;
  std::jthread reader([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      for (const AgentEntry& entry : registry->list()) EXPECT_TRUE(registry->find(entry.machine_id));
    }
  });
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < kHosts; ++i)
      writers.emplace_back([&, i] {
        const std::string id = "m" + std::to_string(i);
        EXPECT_TRUE(registry->enrol(host(id, id, static_cast<char>('a' + i % 6))));
      });
  }
  EXPECT_EQ(registry->list().size(), static_cast<std::size_t>(kHosts));
}

}  // namespace
}  // namespace riposte::agents
