#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "connectors/http/body.h"
#include "connectors/http/json.h"
#include "connectors/http/target.h"
#include "tests/support/api_fixture.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Api : public ApiFixture {
 protected:
  static http::Json body_of(const std::string& answer) {
    return http::Json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
  }
  std::string message_for(const std::string& body) {
    const std::string answer = ask("POST", "/v1/actions", all_token, body);
    EXPECT_EQ(status_of(answer), 400) << body << "\n" << answer;
    return body_of(answer)["error"]["message"];
  }
};

TEST_F(Api, ShowsAnActionWithEverythingThatIsKnownOfIt) {
  control.put(sample_action(kSampleId));
  const auto shown = body_of(ask("GET", "/v1/actions/" + kSampleId, all_token));
  const auto expected = http::Json::parse(R"({
    "id": "00112233445566778899aabbccddeeff", "type": "kill_process", "host": "web-1",
    "host_id": "", "execute_from": "host", "target": "process 4711",
    "parameters": {"pid": 4711, "start": "2026-03-01T11:59:00Z"}, "severity": "high", "comment": "found by hand",
    "submitter": {"kind": "person", "name": "carol"}, "authors": [], "not_after": "2026-03-01T11:59:30.250Z",
    "verify_after": "60s", "pickup_deadline": "300s", "defect": "", "chain": null,
    "cooldown": null, "ttl": null, "dry_run": false, "undoes": "", "partition": 0,
    "cause": {"stream": "", "offset": 0, "event_uid": "request:carol:1", "event_digest": "", "rule": "",
              "rule_title": "", "rule_digest": "", "template": ""},
    "state": "pending_approval", "verification": "none", "reason": "none", "ground": "manual_destructive",
    "in_doubt": false, "attempt": 0, "checks": 0, "due_at": null, "created_at": "2026-03-01T11:59:30.250Z",
    "updated_at": "2026-03-01T11:59:30.250Z", "approver": "", "detail": "", "evidence": {},
    "held": false, "undo_due": null, "undone_by": "", "failed_undo": ""})");
  EXPECT_EQ(shown.dump(1), expected.dump(1));
}

TEST_F(Api, ListsWhatTheParametersSelectAndSaysWhetherThereIsMore) {
  for (int i = 0; i < 5; ++i) {
    Action action = sample_action("0000000000000000000000000000000" + std::to_string(i));
    action.host = i < 3 ? "web-1" : "web 2";
    action.created_at += std::chrono::seconds(i);
    control.put(action);
  }
  const auto two = body_of(ask("GET", "/v1/actions?host=web-1&limit=2", all_token));
  EXPECT_EQ(two["actions"].size(), 2U);
  EXPECT_EQ(two["actions"][0]["id"], "00000000000000000000000000000002") << "newest first";
  EXPECT_EQ(two["more"], true);
  const auto encoded =
      body_of(ask("GET", "/v1/actions?host=web%202&state=pending_approval&open=true", all_token));
  EXPECT_EQ(encoded["actions"].size(), 2U);
  EXPECT_EQ(encoded["more"], false);
  EXPECT_EQ(body_of(ask("GET", "/v1/actions?type=run_script", all_token))["actions"].size(), 0U);
}

TEST_F(Api, RefusesParametersThatItDoesNotUnderstand) {
  const auto message = [&](const std::string& query) {
    const std::string answer = ask("GET", "/v1/actions?" + query, all_token);
    EXPECT_EQ(status_of(answer), 400) << query;
    return body_of(answer)["error"]["message"].get<std::string>();
  };
  EXPECT_THAT(message("stat=queued"), HasSubstr("unknown parameter 'stat'; did you mean 'state'?"));
  EXPECT_THAT(message("state=queud"), HasSubstr("'queud' is no state; did you mean 'queued'?"));
  EXPECT_THAT(message("type=kill_proces"), HasSubstr("did you mean 'kill_process'?"));
  EXPECT_THAT(message("open=1"), HasSubstr("'open' must be true or false"));
  for (const char* limit : {"0", "1001", "-1", "ten", "1e2", "99999999999999999999"})
    EXPECT_THAT(message("limit=" + std::string(limit)), HasSubstr("'limit' must be a number from 1 to 1000"));
  EXPECT_THAT(message("host=a&host=b"), HasSubstr("'host' is given twice"));
  EXPECT_THAT(message("host=%0"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(message("host=%0a"), HasSubstr("control character"));
}

TEST_F(Api, SubmitsExactlyWhatTheBodySays) {
  const std::string answer =
      ask("POST", "/v1/actions", all_token,
          R"({"type":"run_script","host":"web-1","parameters":{"script":"notify","times":3,
                                     "loud":true},"comment":"why","request_id":"r-1"})");
  EXPECT_EQ(status_of(answer), 200);
  ASSERT_EQ(control.submissions().size(), 1U);
  const Submission got = control.submissions().front();
  EXPECT_EQ(got.type, ActionType::run_script);
  EXPECT_EQ(got.host, "web-1");
  EXPECT_EQ(got.parameters,
            (Parameters{{"loud", true}, {"script", std::string("notify")}, {"times", std::int64_t{3}}}));
  EXPECT_EQ(got.comment, "why");
  EXPECT_EQ(got.request_id, "r-1");
  EXPECT_EQ(body_of(answer)["state"], "pending_approval");
}

TEST_F(Api, NamesWhatIsWrongWithABody) {
  EXPECT_THAT(message_for(""), HasSubstr("the body is no JSON"));
  EXPECT_THAT(message_for("{\"type\": \n oops}"), HasSubstr("broken at line 2, column 2"));
  EXPECT_THAT(message_for("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(message_for("{\"type\":\"\xff\"}"), HasSubstr("no JSON"));
  EXPECT_THAT(message_for("{}"), HasSubstr("'type' is missing"));
  EXPECT_THAT(message_for(R"({"type":7})"), HasSubstr("'type' must be a string, not number"));
  EXPECT_THAT(message_for(R"({"type":"kil_process"})"), HasSubstr("did you mean 'kill_process'?"));
  EXPECT_THAT(message_for(R"({"type":"run_script","hots":"a"})"),
              HasSubstr("unknown key 'hots'; did you mean 'host'?"));
  EXPECT_THAT(message_for(R"({"type":"run_script","type":"kill_process"})"),
              HasSubstr("the key 'type' occurs twice"));
  EXPECT_THAT(message_for(R"({"type":"run_script","parameters":{"a":1,"a":2}})"),
              HasSubstr("'a' occurs twice"));
  EXPECT_THAT(message_for(R"({"type":"run_script","parameters":[]})"),
              HasSubstr("'parameters' must be an object"));
  EXPECT_THAT(message_for(R"({"type":"run_script","parameters":{"pid":1.5}})"),
              HasSubstr("'parameters.pid' must be a string, an integer or a boolean, not a fraction"));
  EXPECT_THAT(message_for(R"({"type":"run_script","parameters":{"pid":18446744073709551615}})"),
              HasSubstr("'parameters.pid' does not fit"));
  EXPECT_THAT(message_for(R"({"type":"run_script","parameters":{"pid":1e999}})"), HasSubstr("out of range"));
  EXPECT_THAT(message_for(R"({"type":"run_script","parameters":{"pid":null}})"), HasSubstr("not null"));
  EXPECT_THAT(message_for("{\"type\":\"run_script\",\"comment\":\"" + std::string(5000, 'c') + "\"}"),
              HasSubstr("'comment' is longer than 4096 bytes"));
  EXPECT_THAT(message_for("{\"a\":" + std::string(100'000, '[')), HasSubstr("no JSON"));
  EXPECT_THAT(message_for("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}"),
              HasSubstr("too deeply"));
  EXPECT_TRUE(control.submissions().empty());
}

TEST_F(Api, PreviewsWithoutSubmitting) {
  const auto preview = body_of(
      ask("POST", "/v1/actions/preview", all_token, R"({"type":"kill_process","parameters":{"pid":4711}})"));
  EXPECT_EQ(preview["command"]["argv"], http::Json::array({"/opt/run me", "--now"}));
  EXPECT_EQ(preview["command"]["stdin"], "{\"a\":1}\n");
  EXPECT_EQ(preview["request"]["target"], "process 4711");
  EXPECT_EQ(preview["needs_approval"], true);
  EXPECT_EQ(preview["approval_ttl"], "1d");
  EXPECT_TRUE(control.submissions().empty());
}

TEST_F(Api, DecidesWithTheCommentOfTheDecider) {
  control.put(sample_action(kSampleId));
  const auto approved =
      body_of(ask("POST", "/v1/actions/" + kSampleId + "/approve", all_token, R"({"comment":"seen"})"));
  EXPECT_EQ(approved["state"], "queued");
  EXPECT_EQ(approved["approver"], "alice");
  EXPECT_EQ(approved["detail"], "seen");
  EXPECT_EQ(status_of(ask("POST", "/v1/actions/" + kSampleId + "/approve", all_token)), 409);
  EXPECT_EQ(status_of(ask("POST", "/v1/actions/" + kSampleId + "/cancel", all_token, R"({"coment":"x"})")),
            400);
}

TEST_F(Api, UndoesOneActionWithTheCommentOfWhoeverWantsIt) {
  Action action = sample_action(kSampleId);
  control.put(action);
  const std::string target = "/v1/actions/" + kSampleId + "/undo";
  EXPECT_EQ(status_of(ask("POST", target, all_token, "")), 409) << "it is not done yet";
  action.state = State::completed;
  control.put(action);
  const std::string answer = ask("POST", target, all_token, R"({"comment":"by mistake"})");
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(body_of(answer)["undone_by"], "ffeeddccbbaa99887766554433221100");
}

TEST_F(Api, UndoesManyOnlyAfterTheyWereShown) {
  Action action = sample_action(kSampleId);
  action.state = State::completed;
  action.cause.rule = RuleId("r1");
  control.put(action);
  const auto undo = [&](const std::string& more) {
    return ask("POST", "/v1/undo", all_token,
               R"({"rule":"r1","from":"2026-03-01T00:00:00Z","to":"2026-03-02T00:00:00Z")" + more + "}");
  };
  const auto plan = body_of(undo(R"(,"preview":true)"));
  ASSERT_EQ(plan["actions"].size(), 1U);
  EXPECT_EQ(plan["actions"][0]["id"], kSampleId);
  EXPECT_EQ(plan["more"], false);
  EXPECT_THAT(undo(""), HasSubstr("'digest' is missing"));
  EXPECT_THAT(undo(R"(,"preview":true,"digest":"x")"), HasSubstr("a preview takes no 'digest'"));
  EXPECT_EQ(status_of(undo(R"(,"digest":"another")")), 409);
  EXPECT_EQ(control.stored(ActionId(kSampleId))->undone_by, ActionId());
  const auto undone = body_of(undo(R"(,"digest":")" + plan["digest"].get<std::string>() + "\""));
  ASSERT_EQ(undone["undone"].size(), 1U);
  EXPECT_EQ(undone["undone"][0]["id"], kSampleId);
  EXPECT_EQ(undone["refused"].size(), 0U);
  EXPECT_THAT(ask("POST", "/v1/undo", all_token, R"({"rule":"r1","from":"noon","to":"x"})"),
              HasSubstr("'from' must be an instant like 2026-03-01T12:00:00Z"));
  EXPECT_THAT(ask("POST", "/v1/undo", all_token, R"({"forbidden":true,"preview":true,"from":"noon"})"),
              HasSubstr("'from' must be an instant like 2026-03-01T12:00:00Z"));
  EXPECT_EQ(status_of(ask("POST", "/v1/undo", all_token, R"({"forbidden":true,"preview":true})")), 200);
}

TEST_F(Api, GivesEveryErrorItsStatus) {
  const std::pair<Errc, int> table[] = {
      {Errc::invalid, 400},     {Errc::denied, 403}, {Errc::not_found, 404}, {Errc::conflict, 409},
      {Errc::unavailable, 503}, {Errc::fenced, 500}, {Errc::corrupt, 500}};
  for (const auto& [code, status] : table) {
    control.failure = Error{code, "because", {}};
    const std::string answer = ask("GET", "/v1/audit", all_token);
    EXPECT_EQ(status_of(answer), status);
    EXPECT_EQ(body_of(answer)["error"]["code"], name_of(code));
    EXPECT_EQ(body_of(answer)["error"]["message"], "because");
    EXPECT_EQ(answer.find("Retry-After: 1") != std::string::npos, status == 503);
  }
}

TEST_F(Api, KnowsNoActionByWhatIsNoId) {
  for (const char* id : {"1", "00112233445566778899AABBCCDDEEFF", "preview", "%2e%2e"})
    EXPECT_EQ(status_of(ask("GET", "/v1/actions/" + std::string(id), all_token)), 404) << id;
}

TEST_F(Api, ShowsTheNewestAuditRecordsOldestFirst) {
  for (std::uint64_t i = 1; i <= 4; ++i) {
    AuditRecord record;
    record.sequence = i;
    record.action = ActionId(kSampleId);
    record.event = "proposed";
    control.put(record);
  }
  const auto newest = body_of(ask("GET", "/v1/audit?limit=2", all_token));
  EXPECT_EQ(newest["records"][0]["sequence"], 3);
  EXPECT_EQ(newest["records"][1]["sequence"], 4);
  EXPECT_EQ(newest["more"], true);
  const auto of_one = body_of(ask("GET", "/v1/audit?limit=2&action=" + kSampleId, all_token));
  EXPECT_EQ(of_one["records"][0]["sequence"], 1);
  EXPECT_EQ(of_one["records"][0]["from"], nullptr);
  EXPECT_EQ(of_one["more"], true);
}

TEST_F(Api, TellsPeopleWhoTheyAre) {
  EXPECT_EQ(body_of(ask("GET", "/v1/whoami", read_token)),
            http::Json::parse(R"({"name":"rita","aliases":[],"permissions":["read"]})"));
}

TEST_F(Api, KeepsAnswersValidWhateverBytesAnEventHeld) {
  Action action = sample_action(kSampleId);
  action.target = "process \xff\xfe \"quoted\"\n";
  control.put(action);
  const std::string answer = ask("GET", "/v1/actions/" + kSampleId, all_token);
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(body_of(answer)["target"], "process \xef\xbf\xbd\xef\xbf\xbd \"quoted\"\n");
}

TEST(Target, IsTakenApartAndDecoded) {
  const auto target = http::parse_target("/v1/a%2Fb?x=1%202&y&z=");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, (std::vector<std::string>{"v1", "a/b"}));
  EXPECT_EQ(target->query.at("x"), "1 2");
  EXPECT_EQ(target->query.at("y"), "");
  EXPECT_TRUE(http::parse_target("/"));
  EXPECT_TRUE(http::parse_target("/?"));
}

TEST(Target, RefusesWhatIsNoPath) {
  for (const char* text : {"", "*", "http://127.0.0.1/v1", "/%zz", "/%", "/%1", "/%00", "/a?b=%7f", "/%+1"})
    EXPECT_FALSE(http::parse_target(text)) << text;
}

TEST(Target, EncodingIsReadBack) {
  std::string every;
  for (int c = 0x20; c < 0x7f; ++c) every += static_cast<char>(c);
  const auto target = http::parse_target("/x?v=" + http::percent_encode(every));
  ASSERT_TRUE(target);
  EXPECT_EQ(target->query.at("v"), every);
}

}  // namespace
}  // namespace riposte
