/// The HTTP server of the engine's API: sockets, limits and timeouts around the routes of api.h.
///
/// Threads: one for all sockets and `threads` for calls of Control, all its own; start() and stop() from one
/// thread. Errors:  start(): invalid (an address that is not loopback), unavailable (the address is taken).
/// Limits:  loopback only: there is no TLS, so nothing else would keep tokens secret. One request at a time
/// per
///          connection; too many connections or calls are answered with 503.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/access/access.h"
#include "engine/base/metrics.h"
#include "engine/ports/control.h"
#include "engine/ports/fleet.h"

namespace riposte::http {

struct HttpOptions {
  std::string listen_address = "127.0.0.1";
  std::uint16_t port = 7878;  ///< 0: any free one
  int threads = 4;            ///< calls of Control at once
  std::size_t connections_max = 256;
  std::size_t calls_max = 64;  ///< running and waiting for a thread; one more is answered with 503
  bool metrics_public = true;  ///< /metrics without a token: on loopback, like the node exporters beside it
  std::chrono::milliseconds read_timeout{
      10'000};  ///< for a request's head, for its body, and for the next request
};

class HttpServer {
 public:
  /// Borrows `users`, `control`, `metrics` and `fleet`, which may be null, until destroyed.
  static Result<std::unique_ptr<HttpServer>> start(HttpOptions options, const UserDirectory& users,
                                                   Control& control, Metrics& metrics,
                                                   Fleet* fleet = nullptr);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  /// Takes no more requests and waits for the calls that Control still answers.
  void stop();

 private:
  struct Body;
  explicit HttpServer(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace riposte::http
