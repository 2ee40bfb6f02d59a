#include "connectors/http/api.h"

#include <algorithm>
#include <optional>

#include <arpa/inet.h>
#include <nlohmann/json.hpp>

#include "connectors/http/json.h"
#include "connectors/http/routes.h"
#include "engine/base/log.h"

namespace riposte::http {
namespace {

constexpr std::string_view kBearer = "Bearer ";
/// Units: seconds. A client that waits this long finds a busy engine calmer and a restarting one closer.
constexpr const char* kRetryAfter = "1";
/// Units: seconds; the window of FailedAttempts.
constexpr const char* kRetryAfterFailures = "60";

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return lowered;
}

bool is_port(std::string_view text) {
  return text.empty() || (text.starts_with(':') && text.size() <= 6 &&
                          text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

/// A page of another site that has its own name resolved to 127.0.0.1 still sends that name as Host.
bool names_loopback(std::string_view host) {
  if (host.starts_with("[::1]")) return is_port(host.substr(5));
  const auto colon = std::min(host.find(':'), host.size());
  const std::string name = lower(host.substr(0, colon));
  in_addr address{};
  const bool loopback_address =
      inet_pton(AF_INET, name.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
  return (name == "localhost" || loopback_address) && is_port(host.substr(colon));
}

/// What keeps pages of other sites out; empty when the request may go on.
std::optional<Answer> refuse_foreign(const Request& request) {
  if (request.host.size() != 1)
    return error_answer(400, "invalid", "a request needs exactly one Host header");
  if (!names_loopback(request.host.front()))
    return error_answer(
        400, "invalid",
        "Host '" + request.host.front() + "' is not this server: it answers to loopback names only");
  const bool own_origin =
      request.origin.empty() || (request.origin.size() == 1 &&
                                 lower(request.origin.front()) == "http://" + lower(request.host.front()));
  if (!own_origin) return error_answer(403, "denied", "requests from pages of other sites are refused");
  return {};
}

std::string_view bearer_token(const Request& request) {
  if (request.authorization.size() != 1) return {};
  const std::string_view text = request.authorization.front();
  if (lower(text.substr(0, kBearer.size())) != lower(kBearer)) return {};
  return text.substr(kBearer.size());
}

int status_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return 400;
    case Errc::denied:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::conflict:
      return 409;
    case Errc::unavailable:
      return 503;
    case Errc::fenced:
    case Errc::corrupt:
      return 500;
  }
  return 500;
}

Answer wrong_method(const std::string& allowed) {
  Answer answer = error_answer(405, "method_not_allowed", "this route takes " + allowed);
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

Answer readiness(Control& control) {
  const Health health = control.health();
  Answer answer{.status = health.ready ? 200 : 503,
                .body = text_of({{"ready", health.ready}, {"detail", health.detail}})};
  if (!health.ready) answer.headers.emplace_back("Retry-After", kRetryAfter);
  return answer;
}

struct Found {
  const Route* route = nullptr;
  std::string id;
  std::string allowed;  ///< methods of this path, when the method is another
};

Found find_route(const std::string& method, std::span<const std::string> path) {
  Found found;
  for (const Route& route : routes()) {
    const auto id = fit(route.name.pattern, path);
    if (!id) continue;
    if (route.name.method == method) return {&route, *id, {}};
    found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.name.method);
  }
  return found;
}

}  // namespace

Answer error_answer(int status, std::string_view code, std::string_view message) {
  Answer answer{.status = status, .body = text_of(error_json(code, message))};
  if (status == 503) answer.headers.emplace_back("Retry-After", kRetryAfter);
  return answer;
}

Answer error_answer(const Error& error) {
  return error_answer(status_of(error.code), name_of(error.code), error.text());
}

std::span<const RouteName> protected_routes() {
  static const std::vector<RouteName> shown = [] {
    std::vector<RouteName> names;
    for (const Route& route : routes()) names.push_back(route.name);
    return names;
  }();
  return shown;
}

Result<Principal> Api::authenticate(const Request& request, WallTime now, Answer& refusal) {
  const std::string_view token = bearer_token(request);
  // Asked even without a token, so that the answer's time says nothing.
  if (auto who = users_.authenticate(token)) return *std::move(who);
  if (request.authorization.empty()) {
    refusal = error_answer(401, "unauthenticated", "a bearer token is needed: 'Authorization: Bearer …'");
    refusal.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"riposte\"");
    return fail(Errc::denied, "no token");
  }
  metrics_.counter("riposte_http_wrong_tokens_total", "Requests with a token that nobody has").add();
  if (failed_attempts_.tolerate(request.peer, now)) {
    log::warning("wrong token", {{"peer", request.peer}});
    refusal = error_answer(401, "unauthenticated", "nobody has this token");
    refusal.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"riposte\", error=\"invalid_token\"");
  } else {
    refusal = error_answer(429, "too_many_attempts",
                           "too many wrong tokens from here; a right one is always taken");
    refusal.headers.emplace_back("Retry-After", kRetryAfterFailures);
  }
  return fail(Errc::denied, "wrong token");
}

std::variant<Answer, Call> Api::answer_open(std::string_view path, const Request& request, WallTime now) {
  if (request.method != "GET") return wrong_method("GET");
  if (path == "healthz") return Answer{.body = text_of({{"alive", true}})};
  if (path == "readyz") return Call([this] { return readiness(desks_.control); });
  if (!metrics_public_) {
    Answer refusal;
    const auto who = authenticate(request, now, refusal);
    if (!who) return refusal;
    if (!who->may(Permission::read))
      return error_answer(403, "denied", "/metrics needs the permission 'read'");
  }
  return Answer{.body = metrics_.text(), .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

std::variant<Answer, Call> Api::answer(const Request& request, WallTime now) {
  if (auto refusal = refuse_foreign(request)) return *std::move(refusal);
  auto target = parse_target(request.target);
  if (!target) return error_answer(target.error());

  static constexpr std::array<std::string_view, 3> kOpen{"healthz", "readyz", "metrics"};
  static constexpr std::array<std::string_view, 3> kOpenRoutes{"/healthz", "/readyz", "/metrics"};
  const auto open = target->path.size() == 1 ? std::ranges::find(kOpen, target->path.front()) : kOpen.end();
  if (open != kOpen.end()) {
    auto answer = answer_open(*open, request, now);
    const std::string_view route = kOpenRoutes[static_cast<std::size_t>(open - kOpen.begin())];
    if (auto* ready = std::get_if<Answer>(&answer)) ready->route = route;
    return answer;
  }

  Found found = find_route(request.method, target->path);
  if (found.route == nullptr) {
    return found.allowed.empty() ? error_answer(404, "not_found", "no such route; docs/api.md lists them")
                                 : wrong_method(found.allowed);
  }
  Answer refusal;
  auto who = authenticate(request, now, refusal);
  if (!who) {
    refusal.route = found.route->name.pattern;
    return refusal;
  }
  return Call([this, route = found.route,
               asked = Asked{*std::move(who), *std::move(target), std::move(found.id), request.body}] {
    Answer answer = route->answer(desks_, asked);
    answer.route = route->name.pattern;
    return answer;
  });
}

}  // namespace riposte::http
