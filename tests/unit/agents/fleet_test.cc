#include "connectors/agents/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/action_builder.h"
#include "tests/support/memory_records.h"
#include "tests/support/temporary_directory.h"

namespace riposte::agents {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::HasSubstr;

class WholeFleet : public testing::Test {
 protected:
  void open() {
    fleet_.reset();
    FleetOptions options{.fleet = "plant-7", .listen_address = "127.0.0.1", .port = 0};
    auto opened = AgentFleet::open(options, context());
    ASSERT_TRUE(opened) << opened.error().text();
    fleet_ = *std::move(opened);
  }
  FleetContext context() { return {directory_.path(), {"engine"}, 1, records_, clock_, metrics_}; }

  /// As if the host had joined.
  void enrol(const std::string& machine_id, const std::string& name) {
    const auto registry = *Registry::open(directory_.path() / "fleet" / "agents");
    AgentEntry entry;
    entry.machine_id = machine_id;
    entry.name = name;
    entry.certificate_fingerprint = std::string(64, machine_id.back());
    entry.enrolled_at = kNoon;
    const auto enrolled = registry->enrol(entry);
    ASSERT_TRUE(enrolled) << enrolled.error().text();
  }

  const Principal root_{UserName("root"), {}, {{Permission::admin, ""}, {Permission::read, ""}}};
  const Principal rita_{UserName("rita"), {}, {{Permission::read, ""}}};
  const Principal nemo_{UserName("nemo"), {}, {}};
  TemporaryDirectory directory_;
  MemoryRecords records_;
  ManualClock clock_{kNoon};
  Metrics metrics_;
  std::unique_ptr<AgentFleet> fleet_;
};

TEST_F(WholeFleet, IsNoneWithoutItsSection) {
  const auto none = AgentFleet::open({}, context());
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, nullptr);
  EXPECT_EQ(hands_of(none->get()), nullptr);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "fleet"));
}

TEST_F(WholeFleet, AsksForThePermissionOfEveryCall) {
  open();
  EXPECT_EQ(fleet_->list(nemo_).error().code, Errc::denied);
  EXPECT_EQ(fleet_->invite(rita_, "web01", 1h).error().code, Errc::denied);
  EXPECT_EQ(fleet_->revoke(rita_, "web01", "").error().code, Errc::denied);
  const auto token = fleet_->invite(root_, "web01", 1h);
  ASSERT_TRUE(token) << token.error().text();
  EXPECT_THAT(token->token, testing::StartsWith("rpa_"));
  EXPECT_EQ(token->expires_at, kNoon + 1h);
}

TEST_F(WholeFleet, KnowsItsHostsAfterARestartAndRoutesToThem) {
  open();
  fleet_.reset();
  enrol("m-1", "web01");
  open();
  const auto rows = *fleet_->list(rita_);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().name, "web01");
  EXPECT_FALSE(rows.front().connected);
  Action action = queued_action();
  action.host = "WEB01";
  EXPECT_EQ(fleet_->hands().route(action).reach, Reach::offline);
}

TEST_F(WholeFleet, ForgetsWhomAPersonRevoked) {
  open();
  fleet_.reset();
  enrol("m-1", "web01");
  open();
  const auto gone = fleet_->revoke(root_, "WEB01", "stolen");
  ASSERT_TRUE(gone) << gone.error().text();
  EXPECT_EQ(gone->revoked_by, "root");
  EXPECT_EQ(gone->comment, "stolen");
  Action action = queued_action();
  action.host = "web01";
  EXPECT_EQ(fleet_->hands().route(action).reach, Reach::unknown_host);
  EXPECT_EQ(fleet_->revoke(root_, "nobody", "").error().code, Errc::not_found);
  EXPECT_EQ(fleet_->revoke(root_, "web01", "").error().code, Errc::conflict);
}

}  // namespace
}  // namespace riposte::agents
