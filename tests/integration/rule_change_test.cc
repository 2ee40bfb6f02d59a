// The real engine, whose rules are changed, broken and mended while it runs: what a user sees.

#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include "connectors/http/client.h"
#include "engine/access/token.h"
#include "tests/support/child_process.h"
#include "tests/support/raw_http.h"
#include "tests/support/reserved_port.h"
#include "tests/support/scratch.h"

namespace riposte::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};

/// Its orders are for a host that this one is not: they are recorded, and nothing is done.
std::string rule_text(const std::string& id) {
  return fmt::format(
      "title: {0}\nid: {0}\nauthor: somebody\nlevel: high\n"
      "detection: {{s: {{process.name: evil}}, condition: s}}\nresponse: [{{action: kill_process}}]\n",
      id);
}

class RuleChange : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    folder_.write("rules/rule.yml", rule_text("first"));
    folder_.write("events.ndjson", "");
    folder_.write("riposte.yaml", fmt::format(R"(data: data
rules: [rules]
source: {{file: {{path: events.ndjson, follow: true}}}}
http: {{port: {}}}
roles: {{reader: [read]}}
users: [{{name: alice, token_hash: "{}", roles: [reader]}}]
)",
                                              port_.number(), token_hash(token_)));
  }

  ChildProcess start_engine() const {
    return ChildProcess(
        {{RIPOSTE_PROGRAM, "run", "--config", "riposte.yaml"}, folder_.path(), folder_.path() / "log"});
  }

  static bool wait_until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(milliseconds(20));
    }
    return true;
  }

  /// The answer with its head, or nothing while nobody listens.
  std::string asked(const std::string& target) const {
    try {
      RawConnection connection(port_.number());
      connection.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      return connection.read_all();
    } catch (const std::runtime_error&) {
      return {};
    }
  }
  bool shows(const std::string& metric, int value) const {
    return asked("/metrics").find(fmt::format("\n{} {}\n", metric, value)) != std::string::npos;
  }
  bool has_reloaded(const std::string& result, int times) const {
    return shows(fmt::format("riposte_rule_reloads_total{{result=\"{}\"}}", result), times);
  }

  /// The rule that answers one more event.
  std::string rule_that_answers(const std::string& uid) {
    std::ofstream(folder_.path() / "events.ndjson", std::ios::app) << fmt::format(
        R"({{"host":{{"name":"elsewhere"}},"process":{{"name":"evil","pid":4711}},"kibana.alert.uuid":"{}"}})"
        "\n",
        uid);
    std::string rule;
    wait_until([&] {
      rule = find_rule(uid);
      return !rule.empty();
    });
    return rule;
  }
  std::string find_rule(const std::string& uid) const {
    const auto client = http::HttpClient::make(fmt::format("http://127.0.0.1:{}", port_.number()), token_);
    const auto page = client->get("/v1/actions");
    if (!page) return {};
    for (const auto& action : page->at("actions"))
      if (action.at("cause").at("event_uid") == uid) return action.at("cause").at("rule");
    return {};
  }

  void rename_over_rule(const std::string& text) const {
    std::filesystem::rename(folder_.write("rules/.new", text), folder_.path() / "rules/rule.yml");
  }
  std::string log() const { return folder_.read("log"); }

  Scratch folder_;
  ReservedPort port_;
  const std::string token_ = new_token();
};

TEST_F(RuleChange, ActsAtOnceAndABrokenOneChangesNothing) {
  ChildProcess engine = start_engine();
  ASSERT_TRUE(wait_until([&] { return shows("riposte_rules_loaded", 1); })) << log();
  EXPECT_EQ(rule_that_answers("a"), "first") << log();

  rename_over_rule(rule_text("second"));
  ASSERT_TRUE(wait_until([&] { return has_reloaded("ok", 1); })) << log();
  EXPECT_EQ(rule_that_answers("b"), "second") << log();
  EXPECT_THAT(log(), testing::HasSubstr("rules reloaded"));

  folder_.write("rules/broken.yml", "title: [");
  rename_over_rule(rule_text("third"));
  ASSERT_TRUE(wait_until([&] { return has_reloaded("refused", 1); })) << log();
  EXPECT_TRUE(shows("riposte_rules_refused", 1)) << asked("/metrics");
  EXPECT_TRUE(shows("riposte_rules_loaded", 1)) << asked("/metrics");
  EXPECT_EQ(rule_that_answers("c"), "second") << "the old set stays in force, whole";
  EXPECT_THAT(asked("/readyz"), testing::StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(log(), testing::HasSubstr("rules/broken.yml:1:"));

  std::filesystem::remove(folder_.path() / "rules/broken.yml");
  engine.signal(SIGHUP);
  ASSERT_TRUE(wait_until([&] { return has_reloaded("ok", 2); })) << log();
  EXPECT_EQ(rule_that_answers("d"), "third") << log();
  EXPECT_TRUE(shows("riposte_rules_refused", 0)) << asked("/metrics");
  engine.signal(SIGHUP);
  ASSERT_TRUE(wait_until([&] { return has_reloaded("unchanged", 1); })) << log();

  engine.signal(SIGTERM);
  EXPECT_EQ(engine.wait_for(kPatience), 0) << log();
}

}  // namespace
}  // namespace riposte::test
