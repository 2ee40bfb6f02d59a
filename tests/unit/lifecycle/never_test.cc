#include "engine/lifecycle/never.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lifecycle/policy.h"
#include "engine/lifecycle/target.h"
#include "tests/support/action_builder.h"

namespace riposte {
namespace {

using namespace test;
using testing::HasSubstr;

ActionRequest containment(ActionType type, Parameters parameters, const std::string& host = "ward-7") {
  ActionRequest request = some_request();
  request.type = type;
  request.host = host;
  request.parameters = std::move(parameters);
  request.target = target_of(type, request.parameters);
  return request;
}
ActionRequest block(const std::string& address) {
  return containment(ActionType::block_ip, {{"address", *conform(address, ValueKind::ip)}});
}

const NeverTargets& protected_targets() {
  static const NeverTargets kNever{
      .addresses = {{*parse_network("10.1.0.0/16")}, {*parse_network("2001:db8::5")}},
      .hosts = {{"Broker-1"}, {"db.example.net"}},
      .paths = {{"/usr"}, {"/srv/data/"}},
      .programs = {{"/usr/sbin/sshd"}, {"/opt/pacs/", "the ward's pictures", kNoon}}};
  return kNever;
}

std::string why_not(const ActionRequest& request, WallTime now = kNoon - std::chrono::seconds(1)) {
  return forbidden(request, protected_targets(), now).value_or("allowed");
}

TEST(Never, BlocksAnAddressThatNoAttackerHas) {
  for (const char* address : {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "224.0.0.1",
                              "239.255.255.255", "ff02::1", "0.0.0.0", "::", "255.255.255.255"})
    EXPECT_THAT(why_not(block(address)), HasSubstr("which no attacker has")) << address;
  for (const char* address : {"128.0.0.1", "126.255.255.255", "::2", "223.255.255.255", "240.0.0.1",
                              "fe80::1", "1.0.0.0", "255.255.255.254"})
    EXPECT_EQ(why_not(block(address)), "allowed") << address;
}

TEST(Never, BlocksAnAddressThatTheConfigurationProtects) {
  EXPECT_EQ(why_not(block("10.1.2.3")), "10.1.2.3 is in 10.1.0.0/16, which is never blocked");
  EXPECT_THAT(why_not(block("::ffff:10.1.2.3")), HasSubstr("never blocked")) << "the same address";
  EXPECT_THAT(why_not(block("2001:db8::5")), HasSubstr("never blocked"));
  EXPECT_EQ(why_not(block("10.2.0.0")), "allowed");
  EXPECT_EQ(why_not(block("2001:db8::6")), "allowed");
}

TEST(Never, IsolatesAHostThatTheConfigurationProtects) {
  const auto isolate = [](const std::string& host) {
    return why_not(containment(ActionType::isolate_host, {}, host));
  };
  EXPECT_EQ(isolate("broker-1"), "broker-1 is the host 'Broker-1', which is never isolated");
  for (const char* host : {"BROKER-1.example.net", "db.example.net", "db"})
    EXPECT_THAT(isolate(host), HasSubstr("never isolated")) << host;
  for (const char* host : {"broker-10", "db.example.com", "web", "x.broker-1"})
    EXPECT_EQ(isolate(host), "allowed") << host;
  ActionRequest by_id = containment(ActionType::isolate_host, {}, "unheard-of");
  by_id.host_id = "broker-1";
  EXPECT_THAT(why_not(by_id), HasSubstr("never isolated"));
  ActionRequest elsewhere = containment(ActionType::isolate_host, {}, "unheard-of");
  elsewhere.execute_from = {ExecuteFrom::Place::agent, "broker-1"};
  EXPECT_THAT(why_not(elsewhere), HasSubstr("never isolated"))
      << "the agent's host is the one that is cut off";
}

TEST(Never, QuarantinesWhatTheConfigurationProtects) {
  const auto quarantine = [](const std::string& path) {
    return why_not(containment(ActionType::quarantine_file, {{"path", path}}));
  };
  for (const char* path : {"/usr/bin/sh", "/usr", "//usr//lib/x", "/srv/data/x", "/srv/data"})
    EXPECT_THAT(quarantine(path), HasSubstr("nothing is quarantined")) << path;
  for (const char* path : {"/usrlocal/x", "/tmp/usr/x", "/srv/database"})
    EXPECT_EQ(quarantine(path), "allowed") << path;
}

TEST(Never, SignalsAProgramThatTheConfigurationProtects) {
  for (const ActionType type : {ActionType::kill_process, ActionType::suspend_process}) {
    const auto signal = [&](const std::string& program) {
      return why_not(containment(type, {{"pid", std::int64_t{4711}}, {"executable", program}}));
    };
    EXPECT_EQ(signal("/usr/sbin/sshd"),
              "process 4711 runs /usr/sbin/sshd, which is never killed or suspended");
    for (const char* path : {"/usr/sbin/../sbin//sshd", "/usr/sbin/sshd (deleted)", "/opt/pacs/bin/viewer"})
      EXPECT_THAT(signal(path), HasSubstr("never killed or suspended")) << path;
    for (const char* path : {"/usr/sbin/sshd-session", "/tmp/usr/sbin/sshd", "/opt/pacsbin"})
      EXPECT_EQ(signal(path), "allowed") << path;
  }
  EXPECT_EQ(why_not(containment(ActionType::kill_process, {{"pid", std::int64_t{4711}}})), "allowed")
      << "of this process the host's agent judges";
}

TEST(Never, SaysWhyAndUntilWhen) {
  const ActionRequest kill = containment(
      ActionType::kill_process, {{"pid", std::int64_t{4711}}, {"executable", std::string("/opt/pacs/x")}});
  EXPECT_EQ(why_not(kill),
            "process 4711 runs /opt/pacs/x, which is never killed or suspended (the ward's "
            "pictures) until " +
                iso8601(kNoon));
  EXPECT_EQ(why_not(kill, kNoon), "allowed");
}

TEST(Never, KeepsAContainmentFromBeingLifted) {
  EXPECT_EQ(why_not(containment(ActionType::unblock_ip, {{"address", "127.0.0.1"}})), "allowed");
  EXPECT_EQ(why_not(containment(ActionType::unisolate_host, {}, "broker-1")), "allowed");
  EXPECT_EQ(why_not(containment(ActionType::resume_process, {{"executable", "/usr/sbin/sshd"}})), "allowed");
  EXPECT_EQ(why_not(containment(ActionType::restore_file, {{"path", "/usr/bin/sh"}})), "allowed");
}

TEST(Never, FailsTheActionBeforeAnybodyIsAskedToApproveIt) {
  Policy policy;
  policy.require_approval = {ActionType::block_ip};
  const Ruling ruling = rule_on(block("127.0.0.1"), {true, {}}, policy, kNoon);
  const Action action = lived({Proposed{block("127.0.0.1"), ruling}});
  EXPECT_EQ(action.state, State::failed);
  EXPECT_EQ(action.reason, Reason::guard_refused);
  EXPECT_EQ(action.ground, Ground::policy_forbids);
  EXPECT_EQ(action.detail, "127.0.0.1 is a loopback address, which no attacker has");
  ActionRequest dry = block("127.0.0.1");
  dry.dry_run = true;
  EXPECT_THAT(lived({Proposed{dry, ruling}}).detail, HasSubstr("dry run: it would have been refused, 127.0"));
}

}  // namespace
}  // namespace riposte
