#include "connectors/agents/render_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lifecycle/undo.h"
#include "tests/support/action_builder.h"

namespace riposte::agents {
namespace {

using namespace std::chrono_literals;
using namespace test;
using testing::HasSubstr;

const std::string kId(32, 'a');
const std::string kBoot = "3f1c07d2-8a44-4d0a-9a56-2f54f9b6c3aa";
const std::string kDigest(64, '1');

Action ordered(ActionType type, Parameters parameters) {
  Action action = executing_action();
  action.type = type;
  action.parameters = std::move(parameters);
  action.id = ActionId(kId);
  action.ttl = spec_of(type).ttl;
  return action;
}

Addressee to() { return {"fleet", "m-1", 3, {1, 2, 3}, kNoon, kNoon + 5min}; }

Result<order::Order> rendered(const Action& action) {
  return render_order(action, order::Purpose::carry_out, to());
}

Parameters something_for(ActionType type) {
  switch (spec_of(type).target) {
    case TargetKind::process:
      return {{"pid", std::int64_t{4711}}};
    case TargetKind::file:
      return {{"path", "/tmp/dropper"}, {"action", kId}};
    case TargetKind::address:
      return {{"address", "203.0.113.9"}};
    default:
      return {};
  }
}

TEST(RenderedOrder, ExistsForEveryTypeThatHostsHaveAVerbForAndForNoOther) {
  std::size_t for_hosts = 0;
  for (const ActionTypeSpec& spec : action_types()) {
    Parameters parameters = something_for(spec.type);
    if (spec.type == ActionType::quarantine_file) parameters.erase("action");
    const auto order = rendered(ordered(spec.type, parameters));
    EXPECT_EQ(order.has_value(), is_for_hosts(spec.type)) << spec.name;
    if (!order) continue;
    ++for_hosts;
    EXPECT_EQ(order::name_of(order::verb_of(order->command)), spec.name);
    EXPECT_TRUE(order::decode_order(encode(*order))) << spec.name;
  }
  EXPECT_EQ(for_hosts, order::kVerbCount);
}

TEST(RenderedOrder, TakesEveryParameterThatItsTypeHas) {
  const auto kill = std::get<order::KillProcess>(
      rendered(ordered(ActionType::kill_process, {{"pid", std::int64_t{7}},
                                                  {"start", "2026-03-10T11:00:00Z"},
                                                  {"boot_id", kBoot},
                                                  {"sha256", kDigest},
                                                  {"tree", true},
                                                  {"term_grace", "5s"}}))
          ->command);
  EXPECT_EQ(kill, (order::KillProcess{
                      {7, parse_iso8601("2026-03-10T11:00:00Z"), kBoot, kDigest, kNoon}, true, 5s}));
  const auto isolate = std::get<order::IsolateHost>(
      rendered(ordered(ActionType::isolate_host,
                       {{"keep", "192.0.2.1,2001:db8::1"}, {"allow_dns", true}, {"allow_dhcp", false}}))
          ->command);
  EXPECT_EQ(isolate,
            (order::IsolateHost{{*parse_address("192.0.2.1"), *parse_address("2001:db8::1")}, true, false}));
  const auto quarantine = std::get<order::QuarantineFile>(
      rendered(ordered(ActionType::quarantine_file, {{"path", "/tmp//./x/"},
                                                     {"sha256", kDigest},
                                                     {"inode", std::int64_t{12}},
                                                     {"size", std::int64_t{34}}}))
          ->command);
  EXPECT_EQ(quarantine, (order::QuarantineFile{"/tmp/x", kDigest, 12, 34, {}}));
  const auto nameless = std::get<order::QuarantineFile>(
      rendered(ordered(ActionType::quarantine_file, {{"path", "/memfd:x (deleted)"},
                                                     {"sha256", kDigest},
                                                     {"pid", std::int64_t{7}},
                                                     {"start", "2026-03-10T11:00:00Z"},
                                                     {"boot_id", kBoot}}))
          ->command);
  const order::ProcessTarget process{7, parse_iso8601("2026-03-10T11:00:00Z"), kBoot, {}, kNoon};
  EXPECT_EQ(nameless, (order::QuarantineFile{"/memfd:x (deleted)", kDigest, {}, {}, process}));
  const auto unblock = std::get<order::UnblockIp>(
      rendered(ordered(ActionType::unblock_ip,
                       {{"address", "::ffff:192.0.2.7"}, {"all_owners", true}, {"grace", "10m"}}))
          ->command);
  EXPECT_EQ(unblock, (order::UnblockIp{*parse_address("192.0.2.7"), true, 10min}));
}

TEST(RenderedOrder, KnowsEveryParameterOfItsTypeByName) {
  for (const ActionTypeSpec& spec : action_types()) {
    if (!is_for_hosts(spec.type)) continue;
    for (const ParameterSpec& parameter : parameters_of(spec.type)) {
      if (spec.type == ActionType::restore_file && parameter.name == "path") continue;  // its vault knows it
      if (parameter.name == "executable") continue;  // the engine's guards alone ask about it
      Parameters parameters = something_for(spec.type);
      parameters[parameter.name] = Value(std::string("no such value"));
      if (parameter.kind == ValueKind::path) parameters[parameter.name] = Value(std::string("relative"));
      const auto order = command_of(ordered(spec.type, parameters));
      ASSERT_FALSE(order) << spec.name << " " << parameter.name;
      EXPECT_THAT(order.error().text(), HasSubstr("'" + parameter.name + "'")) << spec.name;
    }
  }
}

TEST(RenderedOrder, WantsTheNumberOfTheProcessWhoseStartItHas) {
  for (const Parameters& process :
       {Parameters{{"start", "2026-03-10T11:00:00Z"}}, Parameters{{"boot_id", kBoot}}}) {
    Parameters parameters = process;
    parameters["path"] = "/tmp/x";
    const auto order = command_of(ordered(ActionType::quarantine_file, parameters));
    ASSERT_FALSE(order);
    EXPECT_THAT(order.error().text(), HasSubstr("give its 'pid', too"));
  }
}

TEST(RenderedOrder, ReleasesTheActionThatItTakesBack) {
  Action block = ordered(ActionType::block_ip, {{"address", "203.0.113.9"}});
  Action undo = executing_action();
  static_cast<ActionRequest&>(undo) = undo_of(block, {}, "");
  const auto order = rendered(undo);
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(order->releases, kId);
  EXPECT_FALSE(std::get<order::UnblockIp>(order->command).all_owners);
  EXPECT_EQ(std::get<order::UnblockIp>(order->command).grace, 0s);
  EXPECT_EQ(order->ttl, Duration::zero());
}

TEST(RenderedOrder, SparesTheAddressOfABlockThatAPersonTakesBack) {
  const Action block = ordered(ActionType::block_ip, {{"address", "203.0.113.9"}});
  Action undo = executing_action();
  static_cast<ActionRequest&>(undo) = undo_of(block, {Actor::Kind::person, "bob"}, "");
  const auto order = rendered(undo);
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_TRUE(order->by_person);
  EXPECT_EQ(std::get<order::UnblockIp>(order->command).grace, kUnblockGrace);
}

TEST(RenderedOrder, LiftsEverybodysEffectWhereItTakesNothingParticularBack) {
  const auto order = rendered(ordered(ActionType::unisolate_host, {}));
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(order->releases, "");
  EXPECT_TRUE(std::get<order::UnisolateHost>(order->command).all_owners);
}

TEST(RenderedOrder, IsRefusedWithTheNameOfTheBoundThatItBreaks) {
  Action isolate = ordered(ActionType::isolate_host, {});
  isolate.ttl = 0s;
  EXPECT_THAT(rendered(isolate).error().text(), HasSubstr("ttl of isolate_host is not between"));
  EXPECT_THAT(rendered(ordered(ActionType::kill_process, {})).error().text(),
              HasSubstr("kill_process: the order has no parameter 'pid'"));
  EXPECT_THAT(rendered(ordered(ActionType::block_ip, {{"address", "10.0.0.0/8"}})).error().text(),
              HasSubstr("parameter 'address'"));
}

TEST(RenderedOrder, SaysWhetherAPersonWantsIt) {
  Action action = ordered(ActionType::block_ip, {{"address", "203.0.113.9"}});
  EXPECT_FALSE(rendered(action)->by_person);
  action.submitter = {Actor::Kind::person, "alice"};
  EXPECT_TRUE(rendered(action)->by_person);
}

}  // namespace
}  // namespace riposte::agents
