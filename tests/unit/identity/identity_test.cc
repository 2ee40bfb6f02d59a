#include "agent/identity/identity.h"

#include <fstream>

#include <gtest/gtest.h>

#include "agent/identity/report_key.h"
#include "tests/support/order_samples.h"
#include "tests/support/temporary_directory.h"

namespace riposte::agent {
namespace {

namespace fs = std::filesystem;

Identity sample_identity() {
  return {"north",
          "8f2d6a0c4e5b47d1a9c3e7f1b2d4c6e8",
          3,
          {test::key_of(1).public_key(), test::key_of(2).public_key()}};
}

fs::perms permissions_of(const fs::path& path) { return fs::status(path).permissions(); }

std::string key_line(std::uint8_t number) {
  const std::string text = text_of({"f", "m", 1, {test::key_of(number).public_key()}});
  return text.substr(text.find("order_key"));
}

TEST(Identities, ComeBackAsTheyWereWrittenAndEverybodyMayReadThem) {
  const test::TemporaryDirectory folder;
  const fs::path path = folder.path() / "identity";
  ASSERT_TRUE(write_identity(path, {"south", "m", 1, {test::key_of(3).public_key()}}));
  const auto written = write_identity(path, sample_identity());
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(*read_identity(path), sample_identity());
  EXPECT_EQ(permissions_of(path), fs::perms(0644));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1) << "something was left beside it";
}

TEST(Identities, BringTheKeysThatTheHostObeys) {
  const auto ring = ring_of(sample_identity());
  ASSERT_TRUE(ring);
  EXPECT_TRUE(ring->find(order::id_of(test::key_of(2).public_key()), test::kIssued));
  EXPECT_FALSE(ring->find(order::id_of(test::key_of(3).public_key()), test::kIssued));
}

TEST(Identities, ThatOthersMayWriteOrThatAreLinksAreDenied) {
  const test::TemporaryDirectory folder;
  const fs::path path = folder.path() / "identity";
  ASSERT_TRUE(write_identity(path, sample_identity()));
  fs::create_symlink(path, folder.path() / "link");
  EXPECT_EQ(read_identity(folder.path() / "link").error().code, Errc::denied);
  EXPECT_EQ(read_identity(folder.path()).error().code, Errc::denied);
  const Error missing = read_identity(folder.path() / "none").error();
  EXPECT_EQ(missing.code, Errc::not_found);
  EXPECT_NE(missing.text().find("none is not there; let this host join: riposte-agent enroll"),
            std::string::npos);
  fs::permissions(path, fs::perms(0664));
  EXPECT_EQ(read_identity(path).error().code, Errc::denied);
}

TEST(Identities, SayEveryMistakeWithItsLine) {
  const auto read =
      parse_identity("# of a host\nfleet: ../x\nfleed: a\nenrolment: -1\nno colon\n", "identity");
  ASSERT_FALSE(read);
  const std::string& what = read.error().what;
  EXPECT_NE(what.find("identity:2: error: '../x' does not fit 'fleet'"), std::string::npos) << what;
  EXPECT_NE(what.find("identity:3: error: unknown key 'fleed'; did you mean 'fleet'?"), std::string::npos);
  EXPECT_NE(what.find("identity:4: error: '-1' does not fit 'enrolment'"), std::string::npos);
  EXPECT_NE(what.find("identity:5: error: no ':' here"), std::string::npos);
  EXPECT_NE(what.find("'machine_id' is missing"), std::string::npos);
  EXPECT_NE(what.find("'order_key' is missing"), std::string::npos);
}

TEST(Identities, HoldNeitherAKeyTwiceNorTooManyNorAHalfOne) {
  const std::string head = "fleet: f\nmachine_id: m\nenrolment: 1\n";
  EXPECT_TRUE(parse_identity(head + key_line(1), "i"));
  EXPECT_FALSE(parse_identity(head + key_line(1) + key_line(1), "i"));
  EXPECT_FALSE(
      parse_identity(head + key_line(1) + key_line(2) + key_line(3) + key_line(4) + key_line(5), "i"));
  EXPECT_FALSE(parse_identity(head + "order_key: 00ff\n", "i"));
  EXPECT_FALSE(parse_identity(head + key_line(1) + "fleet: f\n", "i"));
}

TEST(Identities, ThatCouldNotBeReadBackAreNotWritten) {
  const test::TemporaryDirectory folder;
  Identity broken = sample_identity();
  broken.fleet = "a\norder_key: b";
  EXPECT_EQ(write_identity(folder.path() / "identity", broken).error().code, Errc::invalid);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(ReportKeys, AreMadeOnceForTheOwnerAlone) {
  const test::TemporaryDirectory folder;
  const fs::path path = folder.path() / "report.key";
  const auto made = open_report_key(path);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(open_report_key(path)->public_key(), made->public_key());
  EXPECT_EQ(permissions_of(path), fs::perms(0600));
  EXPECT_NE(open_report_key(folder.path() / "another")->public_key(), made->public_key());
}

TEST(ReportKeys, ThatOthersMayReadOrThatAreNoneAreNotUsed) {
  const test::TemporaryDirectory folder;
  const fs::path path = folder.path() / "report.key";
  ASSERT_TRUE(open_report_key(path));
  fs::permissions(path, fs::perms(0640));
  EXPECT_EQ(open_report_key(path).error().code, Errc::denied);
  fs::permissions(path, fs::perms(0600));
  std::ofstream(path) << "not a key\n";
  EXPECT_EQ(open_report_key(path).error().code, Errc::invalid);
}

}  // namespace
}  // namespace riposte::agent
