#include "connectors/http/server.h"

#include <array>
#include <future>
#include <set>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "connectors/http/api.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/framing/listening.h"

namespace riposte::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

/// Units: bytes. A submission is a few hundred.
constexpr std::uint64_t kBodyBytesMax = 1024ULL * 1024;
/// Units: bytes, the request line and all headers. A token and a path are under two hundred.
constexpr std::uint32_t kHeaderBytesMax = 16 * 1024;
/// For an answer to be taken by its reader.
constexpr std::chrono::seconds kWriteTimeout{10};
/// After a refusal, what is still being sent is read away for this long and this much; closing at once would
/// take the refusal back before the client has read it.
constexpr std::chrono::seconds kLingerTimeout{1};
constexpr std::size_t kLingerBytesMax = 4ULL * 1024 * 1024;
/// At stop, answers that are being written get this long.
constexpr std::chrono::seconds kStopGrace{1};

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

using RequestParser = beast::http::request_parser<beast::http::string_body>;
using Response = beast::http::response<beast::http::string_body>;

/// Held in the list of connections exactly as long as it lives.
struct Connection {
  Connection(tcp::socket socket, std::set<Connection*>& others) : stream(std::move(socket)), all(others) {
    error_code ignored;
    const auto endpoint = stream.socket().remote_endpoint(ignored);
    peer = endpoint.address().to_string();
    all.insert(this);
  }
  ~Connection() { all.erase(this); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  beast::tcp_stream stream;
  std::set<Connection*>& all;
  beast::flat_buffer buffer;
  std::string peer;
  bool answering = false;  ///< a request has been read and its answer is not written yet
};

std::vector<std::string> values_of(const RequestParser& parser, beast::http::field name) {
  std::vector<std::string> values;
  const auto [first, last] = parser.get().equal_range(name);
  for (auto field = first; field != last; ++field) values.emplace_back(field->value());
  return values;
}

Request request_of(RequestParser& parser, const std::string& peer) {
  return {.method = std::string(parser.get().method_string()),
          .target = std::string(parser.get().target()),
          .body = std::move(parser.get().body()),
          .peer = peer,
          .host = values_of(parser, beast::http::field::host),
          .origin = values_of(parser, beast::http::field::origin),
          .authorization = values_of(parser, beast::http::field::authorization)};
}

Response response_of(Answer answer, unsigned version, bool keep_alive, bool with_body) {
  Response response{static_cast<beast::http::status>(answer.status), version};
  response.set(beast::http::field::content_type, answer.content_type);
  response.set(beast::http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  response.keep_alive(keep_alive);
  if (with_body) response.body() = std::move(answer.body);
  response.prepare_payload();
  return response;
}

/// What to tell a client whose request cannot be read; empty when it is gone or never sent one.
std::optional<Answer> refusal_of(const error_code& failure) {
  using beast::http::error;
  if (failure == error::header_limit || failure == error::buffer_overflow)
    return error_answer(431, "too_large", "the request's headers are larger than 16 KiB");
  if (failure == error::body_limit)
    return error_answer(413, "too_large", "the request's body is larger than 1 MiB");
  const error_code unreadable = error::bad_method;
  if (failure.category() != unreadable.category() || failure == error::end_of_stream ||
      failure == error::partial_message)
    return {};
  return error_answer(400, "invalid", "this is no HTTP request: " + failure.message());
}

asio::awaitable<Answer> make(const Call& call) {
  try {
    co_return call();
  } catch (const std::exception& failure) {
    log::error("an API call ended with an exception", {{"what", std::string(failure.what())}});
  }
  co_return error_answer(500, "internal", "the engine could not answer this; its log says why");
}

void log_unexpected(const std::exception_ptr& failure) {
  framing::log_exception(failure, "an HTTP connection");
}

}  // namespace

/// Everything but `callers` belongs to the thread that runs `io`.
struct HttpServer::Body {
  Body(HttpOptions chosen, const UserDirectory& users, Desks desks, Metrics& told)
      : options(std::move(chosen)),
        metrics(told),
        api(options.metrics_public, users, desks, told),
        callers(static_cast<std::size_t>(options.threads)) {}

  Result<void> listen();
  void run();
  void let_in(tcp::socket socket);
  asio::awaitable<void> serve(tcp::socket socket);
  asio::awaitable<bool> exchange(Connection& connection);
  asio::awaitable<Answer> answer(Request request);
  asio::awaitable<bool> refuse(Connection& connection, Answer refusal);
  asio::awaitable<bool> send(Connection& connection, Response response);
  void shed(tcp::socket socket);
  void count(const Answer& answer);

  const HttpOptions options;
  Metrics& metrics;
  SystemClock clock;
  Api api;
  std::set<Connection*> connections;
  std::size_t calls_in_flight = 0;
  bool stopping = false;
  std::uint16_t port = 0;
  asio::thread_pool callers;
  asio::io_context io;
  tcp::acceptor acceptor{io};
  std::promise<void> io_ended;
  std::thread io_thread;
};

Result<void> HttpServer::Body::listen() {
  error_code error;
  const auto address = asio::ip::make_address(options.listen_address, error);
  if (error || !address.is_loopback()) {
    return fail(Errc::invalid,
                "the API listens on loopback only (127.0.0.1 or ::1), not on '" + options.listen_address +
                    "': without TLS, tokens would cross the network in the clear; use an SSH tunnel");
  }
  error = framing::listen_on(acceptor, {address, options.port});
  if (error) {
    return fail(Errc::unavailable, "cannot listen on " + options.listen_address + " port " +
                                       std::to_string(options.port) + ": " + error.message());
  }
  port = acceptor.local_endpoint(error).port();
  return {};
}

void HttpServer::Body::run() {
  const framing::LetIn let_all_in = [this](tcp::socket socket) { let_in(std::move(socket)); };
  asio::co_spawn(io, framing::accept_all(acceptor, let_all_in), log_unexpected);
  framing::run_all(io, "the HTTP server");
  io_ended.set_value();
}

void HttpServer::Body::let_in(tcp::socket socket) {
  if (connections.size() >= options.connections_max) return shed(std::move(socket));
  asio::co_spawn(io, serve(std::move(socket)), log_unexpected);
}

void HttpServer::Body::shed(tcp::socket socket) {
  metrics.counter("riposte_http_shed_total", "Requests refused because the server was busy").add();
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(kTooManyConnections), ignored);
}

asio::awaitable<void> HttpServer::Body::serve(tcp::socket socket) {
  Connection connection(std::move(socket), connections);
  bool open = true;
  while (open && !stopping) open = co_await exchange(connection);
}

/// One request and its answer. False when the connection is to be closed.
asio::awaitable<bool> HttpServer::Body::exchange(Connection& connection) {
  RequestParser parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(kBodyBytesMax);
  error_code error;
  connection.stream.expires_after(options.read_timeout);
  co_await beast::http::async_read_header(connection.stream, connection.buffer, parser,
                                          asio::redirect_error(asio::use_awaitable, error));
  if (!error) {
    connection.stream.expires_after(options.read_timeout);
    co_await beast::http::async_read(connection.stream, connection.buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) {
    auto refusal = refusal_of(error);
    if (!refusal) co_return false;
    co_return co_await refuse(connection, *std::move(refusal));
  }
  connection.answering = true;
  connection.stream.expires_never();
  const unsigned version = parser.get().version();
  const bool is_head = parser.get().method() == beast::http::verb::head;
  const bool wants_more = parser.get().keep_alive();
  Answer told = co_await answer(request_of(parser, connection.peer));
  const bool keep_alive = wants_more && !is_head && !stopping;
  const bool sent = co_await send(connection, response_of(std::move(told), version, keep_alive, !is_head));
  connection.answering = false;
  co_return sent&& keep_alive;
}

asio::awaitable<Answer> HttpServer::Body::answer(Request request) {
  auto planned = api.answer(request, clock.now());
  Answer told;
  if (auto* ready = std::get_if<Answer>(&planned)) {
    told = std::move(*ready);
  } else if (stopping || calls_in_flight >= options.calls_max) {
    metrics.counter("riposte_http_shed_total", "Requests refused because the server was busy").add();
    told = error_answer(503, "unavailable",
                        stopping ? "the engine is stopping" : "too many requests at once; ask again");
  } else {
    ++calls_in_flight;
    const Call& call = std::get<Call>(planned);
    told = co_await asio::co_spawn(callers, make(call), asio::use_awaitable);
    --calls_in_flight;
  }
  count(told);
  co_return told;
}

asio::awaitable<bool> HttpServer::Body::refuse(Connection& connection, Answer refusal) {
  constexpr unsigned kVersion = 11;
  count(refusal);
  error_code error;
  const bool sent = co_await send(connection, response_of(std::move(refusal), kVersion, false, true));
  if (!sent) co_return false;
  connection.stream.socket().shutdown(tcp::socket::shutdown_send, error);
  connection.stream.expires_after(kLingerTimeout);
  std::array<char, 8192> waste{};
  for (std::size_t total = 0; !error && total < kLingerBytesMax;) {
    total += co_await connection.stream.async_read_some(asio::buffer(waste),
                                                        asio::redirect_error(asio::use_awaitable, error));
  }
  co_return false;
}

asio::awaitable<bool> HttpServer::Body::send(Connection& connection, Response response) {
  error_code error;
  connection.stream.expires_after(kWriteTimeout);
  co_await beast::http::async_write(connection.stream, response,
                                    asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

void HttpServer::Body::count(const Answer& answer) {
  metrics
      .counter("riposte_http_requests_total", "Answered requests",
               {{"route", std::string(answer.route)}, {"status", std::to_string(answer.status)}})
      .add();
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpOptions options, const UserDirectory& users,
                                                      Control& control, Metrics& metrics, Fleet* fleet) {
  if (options.threads < 1 || options.connections_max < 1 || options.calls_max < 1)
    return fail(Errc::invalid, "the API needs at least one thread, one connection and one call");
  auto body = std::make_unique<Body>(std::move(options), users, Desks{control, fleet}, metrics);
  TRY(body->listen());
  body->io_thread = std::thread([state = body.get()] { state->run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(body)));
}

HttpServer::HttpServer(std::unique_ptr<Body> body) : body_(std::move(body)) {}

HttpServer::~HttpServer() { stop(); }

std::uint16_t HttpServer::port() const { return body_->port; }

void HttpServer::stop() {
  if (!body_->io_thread.joinable()) return;
  std::promise<void> quiet;
  asio::post(body_->io, [&] {
    body_->stopping = true;
    error_code ignored;
    body_->acceptor.close(ignored);
    for (Connection* connection : body_->connections)
      if (!connection->answering) connection->stream.close();
    quiet.set_value();
  });
  quiet.get_future().wait();
  body_->callers.join();
  if (body_->io_ended.get_future().wait_for(kStopGrace) == std::future_status::timeout) body_->io.stop();
  body_->io_thread.join();
}

}  // namespace riposte::http
