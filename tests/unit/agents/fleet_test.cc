#include "connectors/agents/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/hex.h"
#include "engine/order/order.h"
#include "engine/order/signing.h"
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

  void put(const Action& action) {
    Commit commit;
    commit.rows.push_back(action);
    ASSERT_TRUE(records_.append({&commit, 1}));
  }

  const Principal root_{UserName("root"), {}, {{Permission::admin, ""}, {Permission::read, ""}}};
  const Principal rita_{UserName("rita"), {}, {{Permission::read, ""}}};
  const Principal ann_{UserName("ann"), {}, {{Permission::approve, ""}}};
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

TEST_F(WholeFleet, GivesOutAnOrderThatOnlyItsHostTakes) {
  open();
  fleet_.reset();
  enrol("m-1", "web01");
  open();
  Action release = queued_action();
  release.type = ActionType::unisolate_host;
  release.host = "web01";
  release.parameters.clear();
  release.created_at = kNoon;
  put(release);
  const auto carried = fleet_->carry(ann_, release.id);
  ASSERT_TRUE(carried) << carried.error().text();
  EXPECT_EQ(carried->agent, "web01");
  const auto sealed = order::decode_signed<order::Domain::order>(*from_hex(carried->order));
  ASSERT_TRUE(sealed);
  const auto order = order::decode_order(sealed->bytes);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->machine_id, "m-1");
  EXPECT_EQ(order->action, release.id);
  EXPECT_EQ(order->attempt, release.attempt + 1) << "as the engine would give it next";
  EXPECT_EQ(order->expires_at, kNoon + 1h) << "there is a way to go";
  EXPECT_EQ(order->expires_at, carried->expires_at);
  EXPECT_EQ(fleet_->carry(rita_, release.id).error().code, Errc::denied);
}

TEST_F(WholeFleet, GivesOutNothingThatDoesSomethingToAHostOrIsNotFree) {
  open();
  fleet_.reset();
  enrol("m-1", "web01");
  open();
  const auto refusal = [&](ActionType type, State state) {
    Action action = queued_action();
    action.type = type;
    action.state = state;
    action.host = "web01";
    put(action);
    return fleet_->carry(ann_, action.id).error().code;
  };
  EXPECT_EQ(refusal(ActionType::isolate_host, State::queued), Errc::invalid);
  EXPECT_EQ(refusal(ActionType::kill_process, State::queued), Errc::invalid);
  EXPECT_EQ(refusal(ActionType::unisolate_host, State::pending_approval), Errc::conflict);
  EXPECT_EQ(refusal(ActionType::unisolate_host, State::completed), Errc::conflict);
  EXPECT_EQ(fleet_->carry(ann_, ActionId(std::string(32, 'f'))).error().code, Errc::not_found);
}

}  // namespace
}  // namespace riposte::agents
