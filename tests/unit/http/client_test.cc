#include "connectors/http/client.h"

#include <future>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/support/api_fixture.h"
#include "tests/support/raw_server.h"

namespace riposte {
namespace {

using testing::HasSubstr;

class Client : public ApiFixture {
 protected:
  http::HttpClient client(const std::string& token) const {
    auto made = http::HttpClient::make("http://127.0.0.1:" + std::to_string(server->port()), token);
    EXPECT_TRUE(made);
    return *made;
  }
};

TEST_F(Client, GetsAndPosts) {
  control.put(sample_action(kSampleId));
  EXPECT_EQ((*client(all_token).get("/v1/whoami"))["name"], "alice");
  const auto approved = client(all_token).post("/v1/actions/" + kSampleId + "/approve", {{"comment", "yes"}});
  ASSERT_TRUE(approved) << approved.error().text();
  EXPECT_EQ((*approved)["state"], "queued");
}

TEST_F(Client, GivesEveryErrorOfTheEngineBack) {
  for (const Errc code : {Errc::invalid, Errc::not_found, Errc::conflict, Errc::denied, Errc::unavailable,
                          Errc::fenced, Errc::corrupt}) {
    control.failure = Error{code, "because", {}};
    const auto result = client(all_token).get("/v1/actions");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(result.error().what, "because");
  }
}

TEST_F(Client, CallsAWrongTokenDenied) {
  const auto result = client(new_token()).get("/v1/actions");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::denied);
  EXPECT_THAT(result.error().what, HasSubstr("nobody has this token"));
}

TEST_F(Client, NamesTheCureWhenNobodyListens) {
  const auto stopped = client(all_token);
  server->stop();
  const auto result = stopped.get("/v1/actions");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::unavailable);
  EXPECT_THAT(result.error().what, HasSubstr("is the engine running? riposte run --config FILE"));
}

TEST(StrangeServer, AnsweringWithSomethingElseIsUnavailable) {
  for (const char* answer :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n", ""}) {
    const RawServer server(answer);
    const auto result = http::HttpClient::make("http://localhost:" + std::to_string(server.port()), "")
                            ->post("/v1/actions", {});
    ASSERT_FALSE(result) << answer;
    EXPECT_EQ(result.error().code, Errc::unavailable) << result.error().what;
  }
}

TEST(StrangeServer, AnErrorWithoutTheApisShapeKeepsTheMeaningOfItsStatus) {
  const RawServer server("HTTP/1.1 403 Forbidden\r\nContent-Length: 13\r\n\r\n{\"error\": 17}");
  const auto result =
      http::HttpClient::make("http://localhost:" + std::to_string(server.port()), "")->get("/");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::denied);
  EXPECT_EQ(result.error().what, "the engine answered with status 403");
}

TEST(ClientUrl, IsPlainHttpToLoopback) {
  for (const char* url :
       {"http://127.0.0.1:7878", "http://localhost:1/", "http://[::1]:65535", "http://127.0.0.1"})
    EXPECT_TRUE(http::HttpClient::make(url, "")) << url;
  for (const char* url :
       {"", "127.0.0.1:7878", "https://127.0.0.1:7878", "http://", "http://:1", "http://10.0.0.1:7878",
        "http://engine.example:7878", "http://127.0.0.1:0", "http://127.0.0.1:65536", "http://127.0.0.1:78x",
        "http://127.0.0.1:7878/v1", "http://me@127.0.0.1:7878"}) {
    const auto refused = http::HttpClient::make(url, "");
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().code, Errc::invalid);
  }
}

TEST(ClientToken, NeverBringsItsOwnHeaders) {
  EXPECT_FALSE(http::HttpClient::make("http://127.0.0.1:7878", "rpt_x\r\nHost: evil"));
  EXPECT_FALSE(http::HttpClient::make("http://127.0.0.1:7878", "rpt x"));
}

}  // namespace
}  // namespace riposte
