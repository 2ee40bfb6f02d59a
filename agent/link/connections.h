/// The two connections that the link stands between: TLS to the engine, a Unix socket to the hands.
///
/// Threads: that of the executor.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/link/pulse.h"
#include "engine/framing/outbox.h"
#include "engine/framing/patience.h"

namespace riposte::agent {

/// More than an engine has under way to one host, and than a host reports at once.
inline constexpr framing::Outbox::Bounds kLinkBounds{256, std::size_t{8} * 1024 * 1024};

struct EngineConnection : std::enable_shared_from_this<EngineConnection> {
  using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;
  EngineConnection(const boost::asio::any_io_executor& executor, boost::asio::ssl::context tls)
      : context(std::move(tls)), stream(executor, context), heartbeat(executor), patience(executor) {}

  void cut();
  void expect_within(std::chrono::milliseconds wait) { patience.cut_after(wait, weak_from_this()); }

  boost::asio::ssl::context context;
  Stream stream;
  std::shared_ptr<framing::Outbox> outbox =
      std::make_shared<framing::Outbox>(stream.get_executor(), kLinkBounds);
  boost::asio::steady_timer heartbeat;
  framing::Patience patience;
  bool welcomed = false;  ///< it is an engine that let this host in
};

struct HandsConnection {
  explicit HandsConnection(const boost::asio::any_io_executor& executor)
      : socket(executor), heartbeat(executor) {}
  void cut();

  boost::asio::local::stream_protocol::socket socket;
  std::shared_ptr<framing::Outbox> outbox =
      std::make_shared<framing::Outbox>(socket.get_executor(), kLinkBounds);
  boost::asio::steady_timer heartbeat;
  Pulse pulse;
};

}  // namespace riposte::agent
