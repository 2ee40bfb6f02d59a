/// A caller of the HTTP API: one request, one answer, errors with the code that the engine gave them.
///
/// Threads: any; each call has its own connection.
/// Errors:  what the API said (denied also for a missing or wrong token), or unavailable when nobody
/// answered. Limits:  plain HTTP to loopback only, because the token travels with every request.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "connectors/http/json.h"
#include "engine/base/error.h"

namespace riposte::http {

class HttpClient {
 public:
  /// url: "http://127.0.0.1:7878". Errors: invalid.
  static Result<HttpClient> make(std::string_view url, std::string token);

  Result<Json> get(std::string_view target) const;
  Result<Json> post(std::string_view target, const Json& body) const;

 private:
  HttpClient(std::string url, std::string address, std::uint16_t port, std::string token)
      : url_(std::move(url)), address_(std::move(address)), port_(port), token_(std::move(token)) {}
  Result<Json> exchange(bool is_post, std::string_view target, const std::string& body) const;

  std::string url_;
  std::string address_;
  std::uint16_t port_;
  std::string token_;
};

}  // namespace riposte::http
