// The real program on a topic of the past: what a user sees, and what is left behind.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/integration/mock_cluster.h"
#include "tests/support/child_process.h"
#include "tests/support/scratch.h"

namespace riposte::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{30};

constexpr const char* kRule = R"(title: Evil
id: evil
author: somebody
level: high
detection: {s: {process.name: evil}, condition: s}
response: [{action: kill_process, cooldown: 10m, deduplicate_by: [host.name]}]
)";

std::string evil(const std::string& uid, const std::string& host, const std::string& time) {
  return fmt::format(R"({{"kibana.alert.uuid":"{}","@timestamp":"2026-03-10T{}Z","host":{{"name":"{}"}},)"
                     R"("process":{{"name":"evil","pid":{}}}}})",
                     uid, time, host, uid);
}

TEST(ReplayOfATopic, CountsWhatTheRulesWouldHaveDoneAcrossItsPartitionsAndLeavesNothingBehind) {
  MockCluster cluster(2);
  cluster.produce(0, {evil("1", "web-1", "09:00:00"), "{broken", evil("2", "web-1", "12:00:00")});
  cluster.produce(1, {evil("3", "web-1", "09:05:00"), evil("4", "web-2", "09:05:00")});
  const Scratch folder;
  folder.write("rules/evil.yml", kRule);
  folder.write("riposte.yaml", fmt::format("data: data\nrules: [rules]\nsource: {{kafka: {{brokers: \"{}\", "
                                           "topics: [other], group: engine}}}}\n",
                                           cluster.bootstrap()));
  ChildProcess replay({{RIPOSTE_PROGRAM, "replay", "--config", "riposte.yaml", "--from-kafka", kTopicName},
                       folder.path(),
                       folder.path() / "told"});
  const auto status = replay.wait_for(kPatience);
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(WEXITSTATUS(*status), 1) << "one event is unusable";
  EXPECT_THAT(folder.read("told"),
              AllOf(HasSubstr("kafka:detections/0:1: error: "), HasSubstr("5 read, 1 unusable (1 not_json)"),
                    HasSubstr("actions       3: 3 at once"), HasSubstr("stopped       1 by a cooldown")));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "data"));
  EXPECT_LT(cluster.committed_by_group("engine"), 0);
}

}  // namespace
}  // namespace riposte::test
