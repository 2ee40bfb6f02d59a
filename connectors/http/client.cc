#include "connectors/http/client.h"

#include <charconv>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

namespace riposte::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint16_t kDefaultPort = 80;
/// On loopback a connection stands at once or never.
constexpr std::chrono::seconds kConnectTimeout{5};
/// The engine answers within seconds or says that it cannot.
constexpr std::chrono::seconds kAnswerTimeout{30};
/// Units: bytes. The longest list (1000 rows) is far below.
constexpr std::uint64_t kAnswerBytesMax = 64ULL * 1024 * 1024;
constexpr unsigned kHttp11 = 11;

using HttpRequest = beast::http::request<beast::http::string_body>;
using HttpParser = beast::http::response_parser<beast::http::string_body>;

struct Exchanged {
  bool connected = false;
  error_code error;
  unsigned status = 0;
  std::string body;
};

asio::awaitable<void> exchange_with(tcp::endpoint server, HttpRequest& request, Exchanged& result) {
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(kConnectTimeout);
  co_await stream.async_connect(server, asio::redirect_error(asio::use_awaitable, result.error));
  if (result.error) co_return;
  result.connected = true;
  stream.expires_after(kAnswerTimeout);
  co_await beast::http::async_write(stream, request, asio::redirect_error(asio::use_awaitable, result.error));
  if (result.error) co_return;
  beast::flat_buffer buffer;
  HttpParser parser;
  parser.body_limit(kAnswerBytesMax);
  co_await beast::http::async_read(stream, buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, result.error));
  if (result.error) co_return;
  result.status = parser.get().result_int();
  result.body = std::move(parser.get().body());
}

std::optional<Errc> parse_errc(std::string_view name) {
  for (const Errc code : {Errc::invalid, Errc::not_found, Errc::conflict, Errc::denied, Errc::unavailable,
                          Errc::fenced, Errc::corrupt})
    if (name_of(code) == name) return code;
  return {};
}

Errc errc_of_status(unsigned status) {
  if (status == 401 || status == 403) return Errc::denied;
  if (status == 404) return Errc::not_found;
  if (status == 429 || status == 503) return Errc::unavailable;
  return status < 500 ? Errc::invalid : Errc::corrupt;
}

Error error_of(const Json& document, unsigned status) {
  const Json error = document.is_object() ? document.value("error", Json::object()) : Json::object();
  const auto text_at = [&](const char* key) {
    return error.is_object() && error.contains(key) && error[key].is_string() ? error[key].get<std::string>()
                                                                              : "";
  };
  std::string message = text_at("message");
  if (message.empty()) message = "the engine answered with status " + std::to_string(status);
  return {parse_errc(text_at("code")).value_or(errc_of_status(status)), message, {}};
}

/// The answer as JSON, or its error.
Result<Json> read_answer(const Exchanged& exchanged, const std::string& url) {
  Json document = Json::parse(exchanged.body, nullptr, false);
  if (exchanged.status >= 400) return std::unexpected(error_of(document, exchanged.status));
  if (exchanged.status != 200 || document.is_discarded())
    return fail(Errc::unavailable, "what answers at " + url + " is not a Riposte engine");
  return document;
}

}  // namespace

Result<HttpClient> HttpClient::make(std::string_view url, std::string token) {
  constexpr std::string_view kScheme = "http://";
  const auto wrong = [&](std::string_view why) {
    return fail(Errc::invalid, "'" + std::string(url) + "': " + std::string(why));
  };
  if (!url.starts_with(kScheme)) return wrong("the engine's address looks like http://127.0.0.1:7878");
  std::string_view rest = url.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto bracket = rest.find(']');
  const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = kDefaultPort;
  if (colon != std::string_view::npos) {
    const std::string_view digits = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port == 0)
      return wrong("the port must be a number from 1 to 65535");
  }
  error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : std::string(host), error);
  if (error || !address.is_loopback()) {
    return wrong(
        "only loopback addresses are called, because the token is not encrypted; for another machine "
        "open a tunnel: ssh -L 7878:127.0.0.1:7878 HOST");
  }
  for (const char c : token) {
    if (c <= ' ' || c > '~') return fail(Errc::invalid, "the token holds a character that no token has");
  }
  return HttpClient(std::string(url), address.to_string(), port, std::move(token));
}

Result<Json> HttpClient::get(std::string_view target) const { return exchange(false, target, ""); }

Result<Json> HttpClient::post(std::string_view target, const Json& body) const {
  return exchange(true, target, text_of(body));
}

Result<Json> HttpClient::exchange(bool is_post, std::string_view target, const std::string& body) const {
  const auto address = asio::ip::make_address(address_);
  const std::string host = address.is_v6() ? "[" + address_ + "]" : address_;
  HttpRequest request{is_post ? beast::http::verb::post : beast::http::verb::get, target, kHttp11, body};
  request.set(beast::http::field::host, host + ":" + std::to_string(port_));
  if (!token_.empty()) request.set(beast::http::field::authorization, "Bearer " + token_);
  if (is_post) request.set(beast::http::field::content_type, "application/json");
  request.keep_alive(false);
  request.prepare_payload();

  Exchanged exchanged;
  asio::io_context io;
  std::exception_ptr failure;
  asio::co_spawn(io, exchange_with({address, port_}, request, exchanged),
                 [&](std::exception_ptr thrown) { failure = std::move(thrown); });
  io.run();
  if (failure) return fail(Errc::unavailable, "out of memory or threads while calling " + url_);
  if (!exchanged.connected) {
    return fail(Errc::unavailable, "nothing answers at " + url_ + " (" + exchanged.error.message() +
                                       "); is the engine running? riposte run --config FILE");
  }
  if (exchanged.error) {
    return fail(Errc::unavailable, "the connection to " + url_ + " ended without an answer (" +
                                       exchanged.error.message() + ")" +
                                       (is_post ? "; whether it was carried out is not known" : ""));
  }
  return read_answer(exchanged, url_);
}

}  // namespace riposte::http
