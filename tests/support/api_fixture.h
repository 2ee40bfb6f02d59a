/// The HTTP server over a FakeControl, with people of every kind: for tests of the API and of what calls it.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "connectors/http/server.h"
#include "engine/access/token.h"
#include "engine/base/log.h"
#include "tests/support/fake_agents.h"
#include "tests/support/fake_control.h"
#include "tests/support/raw_http.h"

namespace riposte {

inline User user_of(std::string name, std::string_view token, std::set<Grant> grants) {
  return {{UserName(std::move(name)), {}, std::move(grants)}, token_hash(token)};
}

/// A pending kill of process 4711 on web-1, submitted by carol.
inline Action sample_action(const std::string& id) {
  Action action;
  action.id = ActionId(id);
  action.type = ActionType::kill_process;
  action.host = "web-1";
  action.target = "process 4711";
  action.parameters = {{"pid", std::int64_t{4711}}, {"start", std::string("2026-03-01T11:59:00Z")}};
  action.severity = Severity::high;
  action.comment = "found by hand";
  action.submitter = {Actor::Kind::person, "carol"};
  action.state = State::pending_approval;
  action.ground = Ground::manual_destructive;
  action.verify_after = std::chrono::seconds(60);
  action.pickup_deadline = std::chrono::minutes(5);
  action.created_at = action.updated_at = action.not_after = *parse_iso8601("2026-03-01T11:59:30.250Z");
  action.cause.event_uid = "request:carol:1";
  return action;
}

inline const std::string kSampleId = "00112233445566778899aabbccddeeff";

class ApiFixture : public testing::Test {
 protected:
  const std::string all_token = new_token();   ///< alice: everything but admin
  const std::string none_token = new_token();  ///< nemo: nothing
  const std::string read_token = new_token();  ///< rita: read
  const std::string root_token = new_token();  ///< root: read and admin
  UserDirectory users{{user_of("alice", all_token,
                               {{Permission::read, ""},
                                {Permission::submit, ""},
                                {Permission::approve, ""},
                                {Permission::cancel, ""}}),
                       user_of("nemo", none_token, {}), user_of("rita", read_token, {{Permission::read, ""}}),
                       user_of("root", root_token, {{Permission::read, ""}, {Permission::admin, ""}})}};
  FakeControl control;
  FakeAgents fleet;
  Metrics metrics;
  std::unique_ptr<http::HttpServer> server;

  void SetUp() override {
    log::set_level(log::Level::off);
    start({});
  }

  void start(http::HttpOptions options) {
    server.reset();
    options.port = 0;
    auto started = http::HttpServer::start(options, users, control, metrics, &fleet);
    ASSERT_TRUE(started) << started.error().text();
    server = *std::move(started);
  }

  /// The head of a request, complete but for a body's length.
  static std::string head(const std::string& method, const std::string& target, const std::string& token = "",
                          const std::string& more = "") {
    return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
           (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") + more;
  }

  /// One request on a connection of its own; the whole answer.
  std::string ask(const std::string& method, const std::string& target, const std::string& token = "",
                  const std::string& body = "", const std::string& more = "") {
    RawConnection connection(server->port());
    connection.send(head(method, target, token, more) + "Connection: close\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
    return connection.read_all();
  }

  static int status_of(const std::string& answer) {
    return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3));  // behind "HTTP/1.1 "
  }
};

}  // namespace riposte
