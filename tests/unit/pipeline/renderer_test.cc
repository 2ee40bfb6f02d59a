#include "engine/pipeline/renderer.h"

#include "tests/unit/pipeline/rendering.h"

namespace riposte {
namespace {

using namespace test;

const std::string kFull =
    R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":"ward-7"},"user":{"name":"www-data"},
  "process":{"pid":4711,"name":"xmrig","start":"2026-03-10T11:58:00Z","parent":{"pid":4000}},
  "kibana.alert.uuid":"uuid-1","kibana.alert.severity":"high"})";

TEST_F(Rendering, FillsAProcessOrderFromTheEvent) {
  wanted_.comment.pieces = {
      {false, "Killing "}, {true, "process.name"}, {false, " of "}, {true, "user.domain"}};
  const auto request = render_from(kFull);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->defect, "");
  EXPECT_EQ(request->host, "ward-7");
  EXPECT_EQ(request->target, "process 4711");
  EXPECT_EQ(request->parameters.at("pid"), Value(std::int64_t{4711}));
  EXPECT_EQ(request->parameters.at("start"), Value("2026-03-10T11:58:00Z"));
  EXPECT_EQ(request->not_after, *parse_iso8601("2026-03-10T11:59:00Z"));
  EXPECT_EQ(request->severity, Severity::high);
  EXPECT_EQ(request->comment, "Killing xmrig of (no user.domain)");
  EXPECT_EQ(request->cause.event_uid, "uuid-1");
  EXPECT_EQ(request->submitter, (Actor{Actor::Kind::rule, "rule-1"}));
  EXPECT_EQ(request->verify_after, std::chrono::seconds(60));
}

TEST_F(Rendering, NamesTheFieldThatTheEventLacks) {
  EXPECT_EQ(render_from(R"({"host":{"name":"h"},"kibana.alert.uuid":"u"})")->defect,
            "the event has no field 'process.pid'");
  EXPECT_EQ(render_from(R"({"process":{"pid":1}})")->defect, "the event has no field 'host.name'");
  EXPECT_EQ(render_from(R"({"host":{"name":"h"},"process":{"pid":"many"}})")->defect,
            "field 'process.pid' is no process id: 'many'");
  EXPECT_EQ(render_from(R"({"host":{"name":"h"},"process":{"pid":5,"start":"yesterday"}})")->defect,
            "field 'process.start' is no time: 'yesterday'");
}

TEST_F(Rendering, TakesThePidFromTheTemplatesOwnField) {
  wanted_.target_field = "process.parent.pid";
  const auto request = render_from(kFull);
  EXPECT_EQ(request->parameters.at("pid"), Value(std::int64_t{4000}));
  EXPECT_FALSE(request->parameters.contains("start")) << "the child's start says nothing about the parent";
}

TEST_F(Rendering, HoldsTheParametersOfItsTypeToTheirKindsAndBounds) {
  wanted_.parameters["start"] = {"process.name", {}};
  EXPECT_EQ(render_from(kFull)->defect, "parameter 'start': 'xmrig' is no timestamp");
  wanted_.parameters.clear();
  EXPECT_EQ(
      render_from(R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":"h"},"process":{"pid":0}})")->defect,
      "parameter 'pid': '0' is out of bounds; write 1 to 2147483647");
}

TEST_F(Rendering, AimsAtWhatTheEventNames) {
  const std::string event =
      R"({"host":{"name":"h"},"source":{"ip":"::ffff:203.0.113.9"},"destination":{"ip":"198.51.100.7"},)"
      R"("file":{"path":"/tmp//dropper"},"user":{"name":"ada"}})";
  wanted_.type = ActionType::block_ip;
  EXPECT_EQ(render_from(event)->target, "address 203.0.113.9");
  EXPECT_EQ(render_from(event)->parameters.at("address"), Value("203.0.113.9"));
  EXPECT_EQ(render_from(event)->ttl, std::chrono::hours(4)) << "nothing is blocked for ever";
  wanted_.target_field = "destination.ip";
  EXPECT_EQ(render_from(event)->target, "address 198.51.100.7");
  wanted_.target_field.clear();
  wanted_.type = ActionType::quarantine_file;
  EXPECT_EQ(render_from(event)->target, "file /tmp/dropper");
  wanted_.type = ActionType::isolate_host;
  EXPECT_EQ(render_from(event)->target, "host");
  EXPECT_EQ(render_from(event)->ttl, std::chrono::hours(24));
  wanted_.type = ActionType::disable_account;
  EXPECT_EQ(render_from(event)->target, "user ada");
  for (const ActionType type : {ActionType::block_ip, ActionType::quarantine_file, ActionType::isolate_host,
                                ActionType::disable_account}) {
    wanted_.type = type;
    EXPECT_EQ(render_from(event)->defect, "");
  }
}

TEST_F(Rendering, KeepsTheNameAndTheIdOfTheHost) {
  wanted_.type = ActionType::isolate_host;
  const auto both = render_from(R"({"host":{"name":"ward-7","id":"4c4c"}})");
  EXPECT_EQ(both->host, "ward-7");
  EXPECT_EQ(both->host_id, "4c4c");
  EXPECT_EQ(render_from(R"({"host":{"id":"4c4c"}})")->host, "4c4c");
}

TEST_F(Rendering, IsExecutedFromTheHostUnlessTheTypeOrTheTemplateSaysOtherwise) {
  EXPECT_EQ(text_of(render_from(kFull)->execute_from), "host");
  wanted_.execute_from = ExecuteFrom{ExecuteFrom::Place::agent, "web-1"};
  EXPECT_EQ(text_of(render_from(kFull)->execute_from), "agent:web-1");
  wanted_.execute_from.reset();
  wanted_.type = ActionType::run_script;
  EXPECT_EQ(text_of(render_from(kFull)->execute_from), "engine");
}

TEST_F(Rendering, SaysWhatAnEventLacksToAimAt) {
  wanted_.type = ActionType::block_ip;
  EXPECT_EQ(render_from(R"({"source":{"ip":"203.0.113.9"}})")->defect, "the event has no field 'host.name'");
  EXPECT_EQ(render_from(R"({"host":{"name":"h"}})")->defect,
            "the event has no field 'source.ip' for parameter 'address'");
  EXPECT_EQ(render_from(R"({"host":{"name":"h"},"source":{"ip":"evil.example"}})")->defect,
            "parameter 'address': 'evil.example' is no ip");
  wanted_.type = ActionType::isolate_host;
  EXPECT_EQ(render_from(R"({"source":{"ip":"203.0.113.9"}})")->defect, "the event has no field 'host.name'");
}

TEST_F(Rendering, TellsTwoAddressesOfOneEventApart) {
  wanted_.type = ActionType::block_ip;
  const auto id = [&](const std::string& address) {
    return render_from(R"({"kibana.alert.uuid":"u","host":{"name":"h"},"source":{"ip":")" + address +
                       R"("}})")
        ->id;
  };
  EXPECT_NE(id("203.0.113.9"), id("203.0.113.8"));
  EXPECT_EQ(id("203.0.113.9"), id("::ffff:203.0.113.9"));
}

TEST_F(Rendering, MakesNothingBelowTheMinimumSeverity) {
  wanted_.minimum_severity = Severity::critical;
  EXPECT_FALSE(render_from(kFull));
  wanted_.minimum_severity = Severity::high;
  EXPECT_TRUE(render_from(kFull));
}

TEST_F(Rendering, TakesTheSeverityFromTheRuleOnlyWhenTheEventHasNone) {
  rule_.level = Severity::low;
  EXPECT_EQ(render_from(kFull)->severity, Severity::high);
  EXPECT_EQ(render_from(R"({"host":{"name":"h"},"process":{"pid":5}})")->severity, Severity::low);
  rule_.level.reset();
  EXPECT_EQ(render_from(R"({"host":{"name":"h"},"process":{"pid":5}})")->severity, Severity::informational);
}

TEST_F(Rendering, GivesADetectionThatComesTwiceTheSameIdWhereverItStands) {
  const auto id = render_from(kFull)->id;
  EXPECT_EQ(render_from(kFull)->id, id);
  EXPECT_NE(
      render_from(R"({"host":{"name":"ward-7"},"process":{"pid":4711},"kibana.alert.uuid":"uuid-2"})")->id,
      id);
}

TEST_F(Rendering, BoundsTheTimeOfAnEventFromTheFuture) {
  EXPECT_EQ(render_from(R"({"@timestamp":"2031-01-01T00:00:00Z","host":{"name":"h"},"process":{"pid":5}})")
                ->not_after,
            kNoon);
}

TEST_F(Rendering, RefusesAProcessThatNothingTellsFromALaterOne) {
  EXPECT_EQ(
      render_from(R"({"host":{"name":"h"},"process":{"pid":5}})")->defect,
      "the event has neither a time nor the process's start, so the process cannot be told from a later one");
  EXPECT_EQ(render_from(R"({"@timestamp":"soon","host":{"name":"h"},"process":{"pid":5}})")->defect,
            "the event's time is no time: 'soon'");
  EXPECT_EQ(
      render_from(R"({"host":{"name":"h"},"process":{"pid":5,"start":"2026-03-10T11:00:00Z"}})")->defect, "");
}

TEST_F(Rendering, BoundsWhatAnEventCanMakeTheEngineKeep) {
  wanted_.comment.pieces = {{true, "process.name"}};
  const std::string name(100'000, 'x');
  const auto request =
      render_from(R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":"h"},"process":{"pid":5,"name":")" +
                  name + R"("}})");
  EXPECT_LT(request->comment.size(), 5000U);
  EXPECT_TRUE(request->comment.ends_with("… (cut)"));
  EXPECT_EQ(request->defect, "");
  wanted_.type = ActionType::run_script;
  wanted_.parameters["name"] = {"process.name", {}};
  EXPECT_EQ(render_from(R"({"process":{"name":")" + name + R"("}})")->defect,
            "parameter 'name' is longer than 16384 bytes");
}

TEST_F(Rendering, NeverExpandsAFieldsValueAgain) {
  wanted_.comment.pieces = {{true, "process.name"}};
  EXPECT_EQ(
      render_from(R"({"host":{"name":"h"},"process":{"pid":5,"name":"{{user.name}}"},"user":{"name":"x"}})")
          ->comment,
      "{{user.name}}");
}

TEST_F(Rendering, NeverExpandsWhatAParametersValueHolds) {
  wanted_.type = ActionType::run_script;
  wanted_.script = "notify";
  wanted_.parameters["user"] = {"user.name", {}};
  script_parameters_ = {{"user", ValueKind::string, true, ""}};
  EXPECT_EQ(render_from(R"({"user":{"name":"{{host.name}}"},"host":{"name":"h"}})")->parameters.at("user"),
            Value("{{host.name}}"));
}

TEST_F(Rendering, TakesTheAuthorsOfTheResponseBesideThoseOfTheRule) {
  wanted_.authors = {"Olga"};
  EXPECT_EQ(render_from(kFull)->authors, (std::vector<std::string>{"Ruth", "Olga"}));
}

TEST_F(Rendering, TakesItsLimitsFromTheTemplate) {
  EXPECT_EQ(render_from(kFull)->pickup_deadline, std::chrono::minutes(5)) << "of the type";
  EXPECT_EQ(render_from(kFull)->cooldown, CooldownTerms());
  wanted_.pickup_deadline = std::chrono::minutes(1);
  wanted_.ttl = std::chrono::hours(4);
  wanted_.cooldown = std::chrono::minutes(10);
  const auto request = render_from(kFull);
  EXPECT_EQ(request->pickup_deadline, std::chrono::minutes(1));
  EXPECT_EQ(request->ttl, std::chrono::hours(4));
  EXPECT_EQ(request->cooldown.length, std::chrono::minutes(10));
}

TEST_F(Rendering, SuspendsNothingForGood) {
  wanted_.type = ActionType::suspend_process;
  EXPECT_EQ(render_from(kFull)->ttl, std::chrono::minutes(30));
  wanted_.ttl = std::chrono::hours(4);
  EXPECT_EQ(render_from(kFull)->ttl, std::chrono::hours(4));
}

TEST_F(Rendering, IsADryRunWhenTheTemplateOrTheConfigurationSaysSo) {
  EXPECT_FALSE(render_from(kFull)->dry_run);
  policy_.dry_run = true;
  EXPECT_TRUE(render_from(kFull)->dry_run);
  policy_.dry_run = false;
  wanted_.dry_run = true;
  EXPECT_TRUE(render_from(kFull)->dry_run);
}

std::string process_of(int pid, const std::string& host, const std::string& user) {
  return R"({"@timestamp":"2026-03-10T11:59:00Z","host":{"name":")" + host + R"("},"process":{"pid":)" +
         std::to_string(pid) + R"(},"user":{)" + user + "}}";
}

TEST_F(Rendering, TellsMatchesApartByHostAndTargetUnlessFieldsAreNamed) {
  wanted_.cooldown = std::chrono::minutes(10);
  const auto key = [&](const std::string& bytes) { return render_from(bytes)->cooldown.key; };
  EXPECT_EQ(key(process_of(5, "a", "")), key(process_of(5, "a", R"("name":"x")")));
  EXPECT_NE(key(process_of(5, "a", "")), key(process_of(6, "a", "")));
  EXPECT_NE(key(process_of(5, "a", "")), key(process_of(5, "b", "")));
  wanted_.deduplicate_by = {"user.name"};
  EXPECT_EQ(key(process_of(5, "a", R"("name":"x")")), key(process_of(6, "b", R"("name":"x")")));
  EXPECT_NE(key(process_of(5, "a", R"("name":"x")")), key(process_of(5, "a", R"("name":"y")")));
  EXPECT_NE(key(process_of(5, "a", "")), key(process_of(5, "a", R"("name":"")"))) << "missing is not empty";
}

TEST_F(Rendering, LetsNeitherADryRunNorADefectiveOrderShutOutARealOne) {
  wanted_.cooldown = std::chrono::minutes(10);
  wanted_.deduplicate_by = {"host.name"};
  const auto real = render_from(process_of(5, "a", ""))->cooldown.key;
  wanted_.dry_run = true;
  EXPECT_NE(render_from(process_of(5, "a", ""))->cooldown.key, real);
  wanted_.dry_run = false;
  EXPECT_NE(render_from(R"({"host":{"name":"a"}})")->cooldown.key, real);
}

TEST_F(Rendering, ChecksAMappedParameterAgainstItsType) {
  wanted_.type = ActionType::run_script;
  wanted_.script = "notify";
  wanted_.parameters["user"] = {"user.name", {}};
  script_parameters_ = {{"user", ValueKind::user_name, true, ""}};
  EXPECT_EQ(render_from(kFull)->parameters.at("user"), Value("www-data"));
  EXPECT_EQ(render_from(R"({"user":{"name":"-rf /"}})")->defect, "parameter 'user': '-rf /' is no user_name");
  EXPECT_EQ(render_from(R"({"host":{"name":"h"}})")->defect,
            "the event has no field 'user.name' for parameter 'user'");
  wanted_.parameters["user"].value = Value("nobody");
  EXPECT_EQ(render_from(R"({"host":{"name":"h"}})")->parameters.at("user"), Value("nobody"));
}

}  // namespace
}  // namespace riposte
