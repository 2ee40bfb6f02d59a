// The real engine against the real broker, once and without any kill: what a user sees.

#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sodium.h>
#include <unistd.h>

#include "engine/access/token.h"
#include "engine/base/clock.h"
#include "tests/support/broker_test.h"
#include "tests/support/reserved_port.h"
#include "tests/support/scratch.h"
#include "tests/support/victim.h"

namespace riposte::test {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{30};
constexpr const char* kHost = "web-1";

class EndToEnd : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_GE(sodium_init(), 0);
    static int number = 0;
    topic_ = fmt::format("alerts-{}", ++number);
    dead_letters_ = topic_ + "-dead";
    broker().create_topic(topic_, 2);
    broker().create_topic(dead_letters_, 1);
    write_configuration();
  }

  void write_configuration() const {
    const std::string token = new_token();
    std::filesystem::permissions(folder_.write("token", token), std::filesystem::perms::owner_read);
    folder_.write("rules/kill.yml", R"(title: A process that must not run
id: 0e2e0000-0000-4000-8000-000000000001
author: somebody else
logsource:
  category: process_creation
level: high
detection:
  selection:
    process.name: evil
  condition: selection
response:
  - action: kill_process
    comment: Killing {{process.pid}}
)");
    folder_.write("riposte.yaml", fmt::format(R"(data: data
rules: [rules]
workers: 2
source:
  kafka: {{brokers: "{}", topics: [{}], group: {}}}
dead_letters: {{topic: {}}}
host: {{names: [{}]}}
http: {{port: {}}}
policy:
  auto_response: {{kill_process: high}}
  verify_after: 1s
roles:
  everything: [read, submit, approve, cancel]
users:
  - {{name: alice, token_hash: "{}", roles: [everything]}}
)",
                                              broker().bootstrap(), topic_, topic_, dead_letters_, kHost,
                                              port_.number(), token_hash(token)));
  }

  ChildProcess start_engine() const {
    return ChildProcess(
        {{RIPOSTE_PROGRAM, "run", "--config", "riposte.yaml"}, folder_.path(), folder_.path() / "log"});
  }

  struct Called {
    int status;
    std::string output;
  };
  /// `riposte …` as a person calls it.
  Called call(std::vector<std::string> arguments) const {
    std::filesystem::remove(folder_.path() / "answer");
    arguments.insert(arguments.begin(), RIPOSTE_PROGRAM);
    for (const std::string& each : {std::string("--url"), fmt::format("http://127.0.0.1:{}", port_.number()),
                                    std::string("--token-file"), (folder_.path() / "token").string()})
      arguments.push_back(each);
    ChildProcess called({arguments, folder_.path(), folder_.path() / "answer"});
    const auto status = called.wait_for(kPatience);
    return {status && WIFEXITED(*status) ? WEXITSTATUS(*status) : -1, folder_.read("answer")};
  }

  Json listed() const {
    const Json page = Json::parse(call({"actions", "list", "--json"}).output, nullptr, false);
    return page.is_object() ? page.at("actions") : Json::array();
  }

  static bool wait_until(const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(milliseconds(100));
    }
    return true;
  }

  std::string detection(const std::string& uid, const std::string& process_name, pid_t pid) {
    return Json{{"@timestamp", iso8601(clock_.now())}, {"kibana.alert.uuid", uid},
                {"kibana.alert.severity", "critical"}, {"kibana.alert.rule.name", "Malware"},
                {"host", {{"name", kHost}}},           {"process", {{"name", process_name}, {"pid", pid}}}}
        .dump();
  }

  bool is_proved(std::size_t count) const {
    const Json actions = listed();
    if (actions.size() != count) return false;
    return std::ranges::all_of(actions, [](const Json& action) {
      return action.at("state") == "completed" && action.at("verification") == "passed";
    });
  }

  std::string log() const { return folder_.read("log"); }

  Scratch folder_;
  ReservedPort port_;
  SystemClock clock_;
  std::string topic_;
  std::string dead_letters_;
};

TEST_F(EndToEnd, KillsTheNamedProcessProvesItAndGoesOnAtTheStoredPositionAfterARestart) {
  const Victim named;
  const Victim named_later;
  const Victim spared;
  KafkaProducer producer(broker().bootstrap(), {{"enable.idempotence", "true"}});
  {
    ChildProcess engine = start_engine();
    producer.produce(topic_, 0, std::nullopt, detection("alert-1", "evil", named.pid()));
    producer.produce(topic_, 0, std::nullopt, detection("alert-2", "good", spared.pid()));
    producer.produce(topic_, 1, std::nullopt, "{broken");
    producer.produce(topic_, 1, std::nullopt, detection("alert-1", "evil", named.pid()));
    producer.flush();
    ASSERT_TRUE(wait_until([&] { return is_proved(1); })) << listed() << log();
    EXPECT_EQ(named.state(), 'Z');

    const Json action = listed().at(0);
    EXPECT_EQ(action.at("type"), "kill_process");
    EXPECT_EQ(action.at("target"), fmt::format("process {}", named.pid()));
    EXPECT_EQ(action.at("cause").at("event_uid"), "alert-1");
    EXPECT_EQ(action.at("comment"), fmt::format("Killing {}", named.pid()));
    EXPECT_THAT(call({"actions", "list"}).output, testing::HasSubstr("completed"));

    const auto letters = consume_all(broker().bootstrap(), dead_letters_, 0, 0, 1, kPatience);
    ASSERT_EQ(letters.size(), 1U) << log();
    EXPECT_EQ(letters[0].key, fmt::format("kafka:{}/1@0", topic_));
    EXPECT_EQ(letters[0].value, "{broken");
    EXPECT_EQ(letters[0].headers.at("reason"), "not_json");

    engine.signal(SIGTERM);
    ASSERT_EQ(engine.wait_for(kPatience), 0) << log();
  }
  // The group's offset follows the store to the very end.
  KafkaGroup group(broker().bootstrap(), topic_);
  EXPECT_EQ(group.committed(topic_, 0), 2);
  EXPECT_EQ(group.committed(topic_, 1), 2);

  producer.produce(topic_, 0, std::nullopt, detection("alert-3", "evil", named_later.pid()));
  producer.flush();
  ChildProcess engine = start_engine();
  ASSERT_TRUE(wait_until([&] { return is_proved(2); })) << listed() << log();
  EXPECT_EQ(named_later.state(), 'Z');
  EXPECT_EQ(spared.state(), 'S');
  EXPECT_EQ(listed().at(0).at("cause").at("offset"), 2);
  EXPECT_THAT(log(), testing::ContainsRegex(fmt::format(R"(kafka:{}/0","from":2)", topic_)));
  EXPECT_THAT(log(), testing::ContainsRegex(fmt::format(R"(kafka:{}/1","from":2)", topic_)));
  engine.signal(SIGTERM);
  EXPECT_EQ(engine.wait_for(kPatience), 0) << log();
  EXPECT_EQ(end_offset(broker().bootstrap(), dead_letters_, 0), 1) << "a dead letter came twice";
}

TEST_F(EndToEnd, SaysThatNobodyAnswersWhenNoEngineRuns) {
  const Called called = call({"actions", "list"});
  EXPECT_EQ(called.status, 3);
  EXPECT_THAT(called.output, testing::HasSubstr("nothing answers"));
}

}  // namespace
}  // namespace riposte::test
