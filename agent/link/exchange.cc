#include "agent/link/exchange.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

#include "engine/framing/frame_stream.h"

namespace riposte::agent {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;

asio::awaitable<Result<order::Frame>> converse(TlsStream& stream, std::vector<tcp::endpoint> places,
                                               const order::Frame& question) {
  error_code error;
  co_await asio::async_connect(stream.lowest_layer(), places,
                               asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(Errc::unavailable, "connecting: " + error.message());
  co_await stream.async_handshake(asio::ssl::stream_base::client,
                                  asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    const std::string problem = tls::verification_problem(stream.native_handle());
    if (problem.empty()) co_return fail(Errc::unavailable, "the TLS handshake failed: " + error.message());
    co_return fail(Errc::denied, "this is not the engine that the token names: " + problem);
  }
  const std::string bytes = order::encode(question);
  const bool sent = co_await framing::write_bytes(stream, bytes);
  if (!sent) co_return fail(Errc::unavailable, "the connection ended");
  order::FrameReader reader;
  co_return co_await framing::read_frame(stream, reader);
}

std::vector<Endpoint> in_order(const std::vector<tcp::endpoint>& places, const tcp::endpoint& reached) {
  std::vector<Endpoint> engines{{reached.address().to_string(), reached.port()}};
  for (const tcp::endpoint& place : places)
    if (place != reached && engines.size() < kEnginesMax)
      engines.push_back({place.address().to_string(), place.port()});
  return engines;
}

}  // namespace

Result<Answered> exchange(const Endpoint& engine, const tls::Context& context, const order::Frame& question) {
  asio::io_context io;
  error_code error;
  const auto found = tcp::resolver(io).resolve(engine.host, std::to_string(engine.port), error);
  if (error) return fail(Errc::unavailable, engine.host + ": " + error.message());
  std::vector<tcp::endpoint> places;
  for (const auto& place : found)
    if (std::ranges::find(places, place.endpoint()) == places.end()) places.push_back(place.endpoint());
  asio::ssl::context tls_context(context.shared_handle());
  TlsStream stream(io, tls_context);
  Result<order::Frame> answer = fail(Errc::unavailable, "no answer within 30 seconds");
  tcp::endpoint reached;
  asio::co_spawn(io, converse(stream, places, question),
                 [&](const std::exception_ptr& failure, Result<order::Frame> said) {
                   if (!failure) answer = std::move(said);
                   reached = stream.lowest_layer().remote_endpoint(error);
                 });
  io.run_for(kExchangeWait);
  if (!answer) return fail(std::move(answer).error(), "asking " + text_of(engine));
  return Answered{*std::move(answer), in_order(places, reached)};
}

}  // namespace riposte::agent
