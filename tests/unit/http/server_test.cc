#include "connectors/http/server.h"

#include <future>
#include <latch>

#include <gmock/gmock.h>

#include "connectors/http/api.h"
#include "tests/support/api_fixture.h"

namespace riposte {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Server : public ApiFixture {};

TEST_F(Server, SaysThatItIsAliveWithoutAToken) {
  EXPECT_THAT(ask("GET", "/healthz"), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("{\"alive\":true}")));
}

TEST_F(Server, TellsWhyItIsNotReady) {
  EXPECT_THAT(ask("GET", "/readyz"), StartsWith("HTTP/1.1 200"));
  control.health_answer = {false, "the store's disk is full"};
  EXPECT_THAT(ask("GET", "/readyz"), AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("Retry-After: 1\r\n"),
                                           HasSubstr("the store's disk is full")));
}

TEST_F(Server, ShowsMetricsInPrometheusTextAndCountsByRoutePattern) {
  ask("GET", "/v1/actions/" + kSampleId, all_token);
  EXPECT_THAT(ask("GET", "/metrics"),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Content-Type: text/plain; version=0.0.4"),
                    HasSubstr("riposte_http_requests_total{route=\"/v1/actions/{id}\",status=\"404\"} 1")));
}

TEST_F(Server, AsksForATokenWithReadBeforeItShowsPrivateMetrics) {
  start({.metrics_public = false});
  EXPECT_EQ(status_of(ask("GET", "/metrics")), 401);
  EXPECT_EQ(status_of(ask("GET", "/metrics", new_token())), 401);
  EXPECT_EQ(status_of(ask("GET", "/metrics", none_token)), 403);
  EXPECT_EQ(status_of(ask("GET", "/metrics", read_token)), 200);
}

TEST_F(Server, MarksEveryAnswerAsNotToBeStored) {
  EXPECT_THAT(ask("GET", "/healthz"), HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(ask("GET", "/v1/actions"), HasSubstr("Cache-Control: no-store\r\n"));
}

TEST_F(Server, KnowsNoOtherRoutes) {
  for (const char* target : {"/", "/v1", "/v1/", "/v2/actions", "/v1/actions/", "/v1/actions/a/b/c",
                             "/healthz/", "//healthz", "/v1/actions/../audit"})
    EXPECT_EQ(status_of(ask("GET", target, all_token)), 404) << target;
}

TEST_F(Server, NamesTheMethodsThatARouteTakes) {
  EXPECT_THAT(ask("DELETE", "/v1/actions", all_token),
              AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET, POST\r\n")));
  EXPECT_THAT(ask("POST", "/healthz"), AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET\r\n")));
}

TEST_F(Server, SendsNoBodyToHead) {
  const std::string answer = ask("HEAD", "/healthz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 405"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(Server, AnswersToLoopbackNamesOnly) {
  const auto with_host = [&](const std::string& hosts) {
    RawConnection connection(server->port());
    connection.send("GET /healthz HTTP/1.1\r\n" + hosts + "Connection: close\r\n\r\n");
    return status_of(connection.read_all());
  };
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:7878", "localhost", "LocalHost:1", "[::1]", "[::1]:7878", "127.1.2.3"})
    EXPECT_EQ(with_host("Host: " + std::string(host) + "\r\n"), 200) << host;
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "",
                           "128.0.0.1", "[::1]evil", "localhost:80@evil", "[::2]", "0.0.0.0"})
    EXPECT_EQ(with_host("Host: " + std::string(host) + "\r\n"), 400) << host;
  EXPECT_EQ(with_host(""), 400);
  EXPECT_EQ(with_host("Host: localhost\r\nHost: evil.example\r\n"), 400);
}

TEST_F(Server, RefusesPagesOfOtherSites) {
  EXPECT_EQ(status_of(ask("GET", "/v1/whoami", all_token, "", "Origin: http://127.0.0.1\r\n")), 200);
  for (const char* origin : {"http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"})
    EXPECT_EQ(status_of(ask("GET", "/v1/whoami", all_token, "", "Origin: " + std::string(origin) + "\r\n")),
              403);
}

TEST_F(Server, AnswersPipelinedRequestsInTheirOrder) {
  RawConnection connection(server->port());
  connection.send(head("GET", "/healthz") + "\r\n" + head("GET", "/v1/whoami", all_token) + "\r\n" +
                  head("GET", "/nowhere") + "Connection: close\r\n\r\n");
  const std::string answers = connection.read_all();
  EXPECT_EQ(RawConnection::count(answers, "HTTP/1.1 "), 3);
  EXPECT_LT(answers.find("\"alive\""), answers.find("\"alice\""));
  EXPECT_LT(answers.find("\"alice\""), answers.find("no such route"));
}

TEST_F(Server, RefusesRequestsWhoseLengthCanBeReadInTwoWays) {
  const std::string post = head("POST", "/v1/actions", all_token);
  for (const std::string lengths :
       {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: -1\r\n", "Content-Length: 0x4\r\n"}) {
    RawConnection connection(server->port());
    connection.send(post + lengths +
                    "\r\n0\r\n\r\nGET /v1/whoami HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                    all_token + "\r\n\r\n");
    const std::string answer = connection.read_all();
    EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 400"), Not(HasSubstr("alice")))) << lengths;
  }
  EXPECT_TRUE(control.submissions().empty());
}

TEST_F(Server, RefusesWhatIsNoHttp) {
  for (const std::string bytes :
       {"hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x01\x01\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n"}) {
    RawConnection connection(server->port());
    connection.send(bytes);
    EXPECT_THAT(connection.read_all(), StartsWith("HTTP/1.1 400")) << bytes;
  }
}

TEST_F(Server, RefusesHeadersOfMoreThan16KiB) {
  EXPECT_EQ(status_of(ask("GET", "/healthz", "", "", "X: " + std::string(15'000, 'x') + "\r\n")), 200);
  EXPECT_EQ(status_of(ask("GET", "/healthz", "", "", "X: " + std::string(17'000, 'x') + "\r\n")), 431);
}

TEST_F(Server, RefusesBodiesOfMoreThanOneMiB) {
  const std::string large(1024 * 1024 + 1, ' ');
  EXPECT_EQ(status_of(ask("POST", "/v1/actions", all_token, large)), 413);
  EXPECT_EQ(status_of(ask("POST", "/v1/actions", all_token, large.substr(1))), 400) << "taken, but no JSON";
}

TEST_F(Server, RefusesChunkedBodiesOfMoreThanOneMiB) {
  RawConnection connection(server->port());
  connection.send(head("POST", "/v1/actions", all_token) + "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 5; ++i) connection.send("40000\r\n" + std::string(0x40000, ' ') + "\r\n");
  EXPECT_THAT(connection.read_until("\r\n"), StartsWith("HTTP/1.1 413"));
}

TEST_F(Server, HangsUpOnAClientThatSendsItsHeadTooSlowly) {
  start({.read_timeout = std::chrono::milliseconds(200)});
  RawConnection connection(server->port());
  const auto begin = std::chrono::steady_clock::now();
  bool open = true;
  while (open && std::chrono::steady_clock::now() - begin < std::chrono::seconds(3)) {
    open = connection.send("G");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_FALSE(open);
}

TEST_F(Server, HangsUpOnAClientThatNeverSendsItsBody) {
  start({.read_timeout = std::chrono::milliseconds(200)});
  RawConnection connection(server->port());
  connection.send(head("POST", "/v1/actions", all_token) + "Content-Length: 100\r\n\r\n{");
  EXPECT_EQ(connection.read_all(), "");
  EXPECT_TRUE(control.submissions().empty());
}

TEST_F(Server, TurnsAwayMoreConnectionsThanItMayHold) {
  start({.connections_max = 2});
  RawConnection first(server->port());
  RawConnection second(server->port());
  first.send(head("GET", "/healthz") + "\r\n");
  second.send(head("GET", "/healthz") + "\r\n");
  first.read_until("alive");
  second.read_until("alive");
  RawConnection third(server->port());
  EXPECT_THAT(third.read_all(), AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("Retry-After: 1\r\n")));
}

TEST_F(Server, ShedsCallsBeyondItsLimitAndStaysAlive) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::latch inside(1);
  control.on_call = [&] {
    inside.count_down();
    released.wait();
  };
  start({.threads = 1, .calls_max = 1});
  auto held = std::async(std::launch::async, [&] { return ask("GET", "/v1/actions", all_token); });
  inside.wait();
  EXPECT_THAT(
      ask("GET", "/v1/actions", all_token),
      AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("Retry-After: 1\r\n"), HasSubstr("\"unavailable\"")));
  EXPECT_EQ(status_of(ask("GET", "/healthz")), 200);
  EXPECT_EQ(status_of(ask("GET", "/metrics")), 200);
  release.set_value();
  EXPECT_EQ(status_of(held.get()), 200);
}

TEST_F(Server, FinishesTheCallsInFlightWhenItStops) {
  std::latch inside(1);
  control.on_call = [&] {
    inside.count_down();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  };
  auto held = std::async(std::launch::async, [&] { return ask("GET", "/v1/actions", all_token); });
  RawConnection idle(server->port());
  inside.wait();
  server->stop();
  EXPECT_EQ(status_of(held.get()), 200);
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_THROW(RawConnection{server->port()}, std::runtime_error);
}

TEST_F(Server, AnswersWith500WhenTheEngineThrows) {
  control.on_call = [] { throw std::runtime_error("a secret of the engine"); };
  EXPECT_THAT(ask("GET", "/v1/actions", all_token),
              AllOf(StartsWith("HTTP/1.1 500"), HasSubstr("\"internal\""), Not(HasSubstr("secret"))));
  control.on_call = nullptr;
  EXPECT_EQ(status_of(ask("GET", "/v1/actions", all_token)), 200);
}

TEST_F(Server, ListensOnLoopbackOnly) {
  for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "localhost", ""}) {
    const auto refused =
        http::HttpServer::start({.listen_address = address, .port = 0}, users, control, metrics);
    ASSERT_FALSE(refused) << address;
    EXPECT_EQ(refused.error().code, Errc::invalid);
    EXPECT_THAT(refused.error().what, HasSubstr("loopback only"));
  }
}

TEST_F(Server, SaysSoWhenItsPortIsTaken) {
  const auto second = http::HttpServer::start({.port = server->port()}, users, control, metrics);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_THAT(second.error().what, HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace riposte
