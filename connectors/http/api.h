/// The routes of the HTTP API: a request taken apart, authenticated and answered. Knows no socket.
///
/// Threads: answer() from one thread; the Calls it returns from any, and they may block as long as Control
/// does.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "connectors/http/failed_attempts.h"
#include "engine/base/metrics.h"
#include "engine/ports/control.h"
#include "engine/ports/fleet.h"

namespace riposte::http {

struct Request {
  std::string method;
  std::string target;
  std::string body;
  std::string peer;  ///< address it came from
  // Headers that decide who may ask; every occurrence, because two of them are one too many.
  std::vector<std::string> host;
  std::vector<std::string> origin;
  std::vector<std::string> authorization;
};

struct Answer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string_view route = "none";  ///< for metrics
};

/// An answer that takes a Control call.
using Call = std::function<Answer()>;

/// {"error": …} with the status that belongs to the error's code.
Answer error_answer(const Error& error);
Answer error_answer(int status, std::string_view code, std::string_view message);

/// Whom the routes ask. Borrowed.
struct Desks {
  Control& control;
  Fleet* fleet = nullptr;  ///< null: this engine has no agents
};

/// A row of the routing table; "{id}" stands for an action's id, or an agent's.
struct RouteName {
  std::string_view method;
  std::string_view pattern;
};
/// Every route that needs a token.
std::span<const RouteName> protected_routes();

class Api {
 public:
  /// metrics_public: /metrics is answered without a token; otherwise it wants one with `read`.
  Api(bool metrics_public, const UserDirectory& users, Desks desks, Metrics& metrics)
      : metrics_public_(metrics_public), users_(users), desks_(desks), metrics_(metrics) {}

  /// Everything that can be told without Control is told at once.
  std::variant<Answer, Call> answer(const Request& request, WallTime now);

 private:
  Result<Principal> authenticate(const Request& request, WallTime now, Answer& refusal);
  std::variant<Answer, Call> answer_open(std::string_view path, const Request& request, WallTime now);

  const bool metrics_public_;
  const UserDirectory& users_;
  const Desks desks_;
  Metrics& metrics_;
  FailedAttempts failed_attempts_;
};

/// Rows of a list: when the request does not say, and at most.
inline constexpr std::size_t kRowsDefault = 100;
inline constexpr std::size_t kRowsMax = 1000;

}  // namespace riposte::http
