#include <gmock/gmock.h>

#include "tests/support/api_fixture.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class AgentRoutes : public ApiFixture {};

TEST_F(AgentRoutes, ListWhoIsThere) {
  EXPECT_THAT(
      ask("GET", "/v1/agents", read_token),
      AllOf(StartsWith("HTTP/1.1 200"),
            HasSubstr(R"({"agents":[{"machine_id":"m-1","enrolment":2,"name":"web01")"),
            HasSubstr(R"("connected":true,"since":"2026-03-01T13:00:00.000Z","orders_under_way":3)")));
}

TEST_F(AgentRoutes, GiveOutATokenForAnHourUnlessTold) {
  EXPECT_THAT(
      ask("POST", "/v1/agents/tokens", root_token, R"({"name":"db01"})"),
      HasSubstr(R"({"token":"rpa_secret.hash","name":"db01","expires_at":"2026-03-01T13:00:00.000Z"})"));
  EXPECT_THAT(ask("POST", "/v1/agents/tokens", root_token, R"({"name":"db01","valid":"30m"})"),
              HasSubstr(R"("expires_at":"2026-03-01T12:30:00.000Z")"));
  EXPECT_THAT(ask("POST", "/v1/agents/tokens", root_token, "{}"), HasSubstr("'name' is missing"));
  EXPECT_THAT(ask("POST", "/v1/agents/tokens", root_token, R"({"name":"a","valid":"soon"})"),
              HasSubstr("'valid' must be a duration like 30m, not 'soon'"));
  EXPECT_THAT(ask("POST", "/v1/agents/tokens", all_token, R"({"name":"a"})"), StartsWith("HTTP/1.1 403"));
}

TEST_F(AgentRoutes, SendOneAwayAndSayWhoDidIt) {
  EXPECT_THAT(ask("POST", "/v1/agents/web01/revoke", root_token, R"({"comment":"stolen"})"),
              AllOf(HasSubstr(R"("revoked_by":"root")"), HasSubstr(R"("comment":"stolen")")));
}

TEST_F(AgentRoutes, GiveOutAnOrderThatIsCarriedByHand) {
  const std::string id(32, 'a');
  EXPECT_THAT(ask("POST", "/v1/actions/" + id + "/order", all_token),
              HasSubstr(R"({"action":")" + id +
                        R"(","order":"c0ffee","agent":"web01","machine_id":"m-1",)"
                        R"("expires_at":"2026-03-01T13:00:00.000Z"})"));
  EXPECT_THAT(ask("POST", "/v1/actions/3f2a/order", all_token), HasSubstr("no action '3f2a'"));
}

TEST_F(AgentRoutes, SayThatThereAreNoneWithoutTheSection) {
  server = *http::HttpServer::start({.port = 0}, users, control, metrics);
  EXPECT_THAT(ask("GET", "/v1/agents", read_token),
              AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("section 'agents' lets them in")));
}

}  // namespace
}  // namespace riposte
