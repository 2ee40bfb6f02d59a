#include "bench/simulated_agents.h"

#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/framing/frame_stream.h"

namespace riposte::bench {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct SimulatedAgents::Connection {
  Connection(asio::io_context& io, SimulatedHost& its_host)
      : host(its_host), context(its_host.context().shared_handle()), stream(io, context) {}
  void cut() {
    error_code ignored;
    stream.lowest_layer().close(ignored);
  }

  SimulatedHost& host;
  asio::ssl::context context;
  asio::ssl::stream<tcp::socket> stream;
  order::FrameReader reader;
};

SimulatedAgents::SimulatedAgents(std::vector<std::unique_ptr<SimulatedHost>> hosts, std::uint16_t port,
                                 Obeyed obeyed)
    : hosts_(std::move(hosts)), obeyed_(std::move(obeyed)) {
  asio::co_spawn(io_, connect_all(port), [this](const std::exception_ptr& failure) { complain_of(failure); });
  thread_ = std::thread([this] { io_.run(); });
}

SimulatedAgents::~SimulatedAgents() {
  asio::post(io_, [this] {
    stopping_ = true;
    for (const Connected& connection : connections_) connection->cut();
  });
  thread_.join();
}

std::string SimulatedAgents::complaint() const {
  const std::scoped_lock lock(mutex_);
  return complaint_;
}

void SimulatedAgents::complain(const std::string& what) {
  const std::scoped_lock lock(mutex_);
  if (!stopping_ && complaint_.empty()) complaint_ = "a simulated agent: " + what;
}

void SimulatedAgents::complain_of(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& thrown) {
    complain(thrown.what());
  }
}

asio::awaitable<void> SimulatedAgents::connect_all(std::uint16_t port) {
  for (const auto& host : hosts_) {
    if (stopping_) co_return;
    const auto connection = std::make_shared<Connection>(io_, *host);
    connections_.push_back(connection);
    const Result<void> connected = co_await connect(connection, port);
    if (!connected) {
      complain(connected.error().text());
      co_return;
    }
    asio::co_spawn(io_, serve(connection),
                   [this](const std::exception_ptr& failure) { complain_of(failure); });
  }
}

asio::awaitable<Result<void>> SimulatedAgents::connect(Connected connection, std::uint16_t port) {
  auto& stream = connection->stream;
  error_code error;
  co_await stream.lowest_layer().async_connect({asio::ip::address_v4::loopback(), port},
                                               asio::redirect_error(asio::use_awaitable, error));
  if (!error)
    co_await stream.async_handshake(asio::ssl::stream_base::client,
                                    asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return fail(Errc::unavailable, "connecting: " + error.message());
  stream.lowest_layer().set_option(tcp::no_delay(true), error);
  const Result<order::Frame> welcome = co_await framing::read_frame(stream, connection->reader);
  if (!welcome) co_return std::unexpected(welcome.error());
  const Result<order::Frame> hello = connection->host.hello(*welcome);
  if (!hello) co_return std::unexpected(hello.error());
  const std::string bytes = order::encode(*hello);
  const bool sent = co_await framing::write_bytes(stream, bytes);
  if (!sent) co_return fail(Errc::unavailable, "the connection ended before the hello");
  co_return Result<void>{};
}

asio::awaitable<void> SimulatedAgents::serve(Connected connection) {
  Result<void> obeyed;
  while (obeyed) obeyed = co_await obey(connection);
  complain(obeyed.error().text());
}

/// One order.
asio::awaitable<Result<void>> SimulatedAgents::obey(Connected connection) {
  const Result<order::Frame> frame = co_await framing::read_frame(connection->stream, connection->reader);
  if (!frame) co_return std::unexpected(frame.error());
  const Result<order::Order> order = connection->host.open(*frame);
  if (!order) co_return std::unexpected(order.error());
  obeyed_(*order);
  const Result<order::Frame> report = connection->host.report(*order);
  if (!report) co_return std::unexpected(report.error());
  const std::string bytes = order::encode(*report);
  const bool sent = co_await framing::write_bytes(connection->stream, bytes);
  if (!sent) co_return fail(Errc::unavailable, "the connection ended before the report");
  co_return Result<void>{};
}

}  // namespace riposte::bench
