#include <gmock/gmock.h>

#include "connectors/http/api.h"
#include "connectors/http/failed_attempts.h"
#include "tests/support/api_fixture.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Authorisation : public ApiFixture {
 protected:
  std::string ask_route(const http::RouteName& route, const std::string& token) {
    std::string target(route.pattern);
    Action action = sample_action(kSampleId);
    if (target.ends_with("/undo")) action.state = State::completed;
    control.put(std::move(action));
    if (const auto at = target.find("{id}"); at != std::string::npos) target.replace(at, 4, kSampleId);
    const bool submits = target == "/v1/actions" || target == "/v1/actions/preview";
    std::string body;
    if (route.method == "POST" && submits) body = R"({"type":"kill_process","parameters":{"pid":4711}})";
    if (target == "/v1/undo")
      body = R"({"rule":"r","from":"2026-03-01T00:00:00Z","to":"2026-03-02T00:00:00Z","preview":true})";
    if (target == "/v1/agents/tokens") body = R"({"name":"web01"})";
    return ask(std::string(route.method), target, token, body);
  }
};

TEST_F(Authorisation, EveryRouteRefusesWhoeverHasNoToken) {
  for (const auto& route : http::protected_routes()) {
    EXPECT_THAT(ask_route(route, ""),
                AllOf(StartsWith("HTTP/1.1 401"), HasSubstr("WWW-Authenticate: Bearer realm=\"riposte\"\r\n"),
                      HasSubstr("\"unauthenticated\"")))
        << route.method << " " << route.pattern;
  }
  EXPECT_TRUE(control.submissions().empty());
  EXPECT_EQ(control.stored(ActionId(kSampleId))->state, State::pending_approval);
}

TEST_F(Authorisation, EveryRouteRefusesAWrongToken) {
  for (const auto& route : http::protected_routes()) {
    start({});  // with no failed attempts so far
    EXPECT_THAT(ask_route(route, new_token()), AllOf(StartsWith("HTTP/1.1 401"), HasSubstr("invalid_token")))
        << route.method << " " << route.pattern;
  }
  EXPECT_TRUE(control.submissions().empty());
  EXPECT_EQ(control.stored(ActionId(kSampleId))->state, State::pending_approval);
}

TEST_F(Authorisation, EveryRouteButWhoamiRefusesSomebodyWithoutPermission) {
  for (const auto& route : http::protected_routes()) {
    const bool open_to_all = route.pattern == "/v1/whoami";
    EXPECT_EQ(status_of(ask_route(route, none_token)), open_to_all ? 200 : 403)
        << route.method << " " << route.pattern;
  }
  EXPECT_TRUE(control.submissions().empty());
  EXPECT_EQ(control.stored(ActionId(kSampleId))->state, State::pending_approval);
}

TEST_F(Authorisation, ReadingAllowsNothingElse) {
  for (const auto& route : http::protected_routes())
    EXPECT_EQ(status_of(ask_route(route, read_token)), route.method == "GET" ? 200 : 403)
        << route.method << " " << route.pattern;
}

TEST_F(Authorisation, EveryRouteServesSomebodyWithPermission) {
  for (const auto& route : http::protected_routes()) {
    const bool is_about_agents = route.pattern.starts_with("/v1/agents");
    EXPECT_EQ(status_of(ask_route(route, is_about_agents ? root_token : all_token)), 200)
        << route.method << " " << route.pattern;
  }
}

TEST_F(Authorisation, TakesNoTokenInAnyOtherForm) {
  const auto with = [&](const std::string& headers, const std::string& target = "/v1/whoami") {
    return status_of(ask("GET", target, "", "", headers));
  };
  EXPECT_EQ(with("Authorization: bearer " + all_token + "\r\n"), 200) << "the scheme's case is free";
  EXPECT_EQ(with("Authorization: " + all_token + "\r\n"), 401);
  EXPECT_EQ(with("Authorization: Basic " + all_token + "\r\n"), 401);
  EXPECT_EQ(with("Authorization: Bearer  " + all_token + "\r\n"), 401);
  EXPECT_EQ(with("Authorization: Bearer " + all_token + "\r\nAuthorization: Bearer x\r\n"), 401);
  EXPECT_EQ(with("Cookie: token=" + all_token + "\r\n"), 401);
  EXPECT_EQ(with("", "/v1/whoami?token=" + all_token), 401);
}

TEST_F(Authorisation, SlowsDownGuessingButNeverLocksOutARightToken) {
  for (int i = 0; i < http::FailedAttempts::kPerWindowMax; ++i)
    EXPECT_EQ(status_of(ask("GET", "/v1/whoami", new_token())), 401);
  EXPECT_THAT(ask("GET", "/v1/whoami", new_token()),
              AllOf(StartsWith("HTTP/1.1 429"), HasSubstr("Retry-After: 60\r\n")));
  EXPECT_EQ(status_of(ask("GET", "/v1/whoami", all_token)), 200);
}

TEST(FailedAttempts, ForgetsAfterAMinuteAndKeepsPeersApart) {
  http::FailedAttempts attempts;
  const WallTime start = *parse_iso8601("2026-03-01T12:00:00Z");
  for (int i = 0; i < http::FailedAttempts::kPerWindowMax; ++i) EXPECT_TRUE(attempts.tolerate("a", start));
  EXPECT_FALSE(attempts.tolerate("a", start + std::chrono::seconds(59)));
  EXPECT_TRUE(attempts.tolerate("b", start + std::chrono::seconds(59)));
  EXPECT_TRUE(attempts.tolerate("a", start + std::chrono::seconds(60)));
}

TEST(FailedAttempts, NeverRemembersMorePeersThanItsLimit) {
  http::FailedAttempts attempts;
  const WallTime now = *parse_iso8601("2026-03-01T12:00:00Z");
  for (std::size_t i = 0; i < http::FailedAttempts::kPeersMax; ++i)
    EXPECT_TRUE(attempts.tolerate(std::to_string(i), now));
  EXPECT_FALSE(attempts.tolerate("one more", now));
  EXPECT_TRUE(attempts.tolerate("0", now));
}

}  // namespace
}  // namespace riposte
