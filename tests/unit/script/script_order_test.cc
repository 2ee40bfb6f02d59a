#include "connectors/script/script_order.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "connectors/script/script_run.h"

namespace riposte {
namespace {

Scripts scripts() {
  Script script;
  script.id = "notify";
  script.command = {"/bin/true"};
  script.parameters = {{"user", ValueKind::string, true, ""}, {"times", ValueKind::integer, false, ""}};
  script.environment = {{"LANG", "de_DE.UTF-8"}, {"FILE", "/tmp/x"}};
  return {{"notify", script}};
}

ActionRequest request(Parameters parameters) {
  ActionRequest request;
  request.id = ActionId("00ff");
  request.host = "fs01";
  request.target = "script notify";
  request.severity = Severity::high;
  request.comment = "line\n\"two\"";
  request.cause.rule = RuleId("r-1");
  request.cause.rule_title = "A rule";
  request.cause.stream = StreamId("file:a.ndjson");
  request.cause.offset = Offset(17);
  request.cause.event_uid = "uid-1";
  request.parameters = std::move(parameters);
  return request;
}

TEST(ScriptOrder, TypesTheParametersAsTheManifestSays) {
  const Scripts known = scripts();
  const auto order =
      read_script_order(request({{"script", "notify"}, {"user", std::int64_t{7}}, {"times", "3"}}), known);
  ASSERT_TRUE(order) << order.error().text();
  EXPECT_EQ(order->parameters, (Parameters{{"user", "7"}, {"times", std::int64_t{3}}}));
}

TEST(ScriptOrder, ReportsEverythingWrongWithTheParametersAtOnce) {
  const Scripts known = scripts();
  const auto order =
      read_script_order(request({{"script", "notify"}, {"usre", "x"}, {"times", "many"}}), known);
  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().text(),
            "script 'notify': parameter 'user' is missing; parameter 'times': 'many' is no integer; "
            "no parameter is called 'usre'; did you mean 'user'?");
}

TEST(ScriptOrder, AnUnknownScriptIsRefusedWithTheNearestName) {
  const Scripts known = scripts();
  EXPECT_EQ(read_script_order(request({{"script", "notfy"}}), known).error().text(),
            "no script 'notfy' is loaded; did you mean 'notify'?");
  EXPECT_EQ(read_script_order(request({}), known).error().code, Errc::invalid);
}

TEST(ScriptOrder, ThePayloadIsOneLineWithEverythingAScriptNeeds) {
  const Scripts known = scripts();
  const auto order_request = request({{"script", "notify"}, {"user", "ada"}, {"times", std::int64_t{3}}});
  const auto order = read_script_order(order_request, known);
  const std::string payload = payload_of(*order, order_request, 2);
  EXPECT_EQ(payload.find('\n'), payload.size() - 1);
  const auto json = nlohmann::json::parse(payload);
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "version": 1, "action_id": "00ff", "attempt": 2, "type": "run_script", "script": "notify", "host": "fs01",
    "target": "script notify", "severity": "high", "comment": "line\n\"two\"", "parameters": {"times": 3, "user": "ada"},
    "rule": {"id": "r-1", "title": "A rule"}, "event": {"stream": "file:a.ndjson", "offset": 17, "uid": "uid-1"}})"));
}

TEST(ScriptOrder, BytesThatAreNoUtf8AreReplacedInThePayload) {
  const Scripts known = scripts();
  const auto order_request = request({{"script", "notify"}, {"user", "a\xff z"}});
  const auto order = read_script_order(order_request, known);
  const auto json = nlohmann::json::parse(payload_of(*order, order_request, 1));
  EXPECT_EQ(json["parameters"]["user"], "a\xef\xbf\xbd z");
}

TEST(ScriptRun, AScriptSeesTheManifestsEnvironmentAndThreeVariablesMore) {
  const Scripts known = scripts();
  const ChildCommand command = command_of(known.at("notify"), {"/bin/true"}, ActionId("00ff"), "");
  EXPECT_EQ(command.environment, (std::vector<std::string>{"FILE=/tmp/x", "LANG=de_DE.UTF-8",
                                                           "PATH=/usr/bin:/bin", "RIPOSTE_ACTION_ID=00ff"}));
}

TEST(ScriptRun, ShowsTheEndOfALongOutputInOneHarmlessLine) {
  ChildResult result;
  result.output = std::string(2000, 'a') + "\x1b[31mlast\nwords\n\n";
  const std::string tail = output_tail(result);
  EXPECT_LT(tail.size(), kOutputTailMax + 32);
  EXPECT_TRUE(tail.ends_with("\\x1b[31mlast\\nwords")) << tail;
  result.output = "\n \n";
  EXPECT_EQ(output_tail(result), "");
}

}  // namespace
}  // namespace riposte
