/// What servers with one thread for all of their sockets have in common: the port, who comes to it, the loop.
///
/// Threads: that of the executor.
#pragma once

#include <exception>
#include <functional>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace riposte::framing {

boost::system::error_code listen_on(boost::asio::ip::tcp::acceptor& acceptor,
                                    const boost::asio::ip::tcp::endpoint& endpoint);

using LetIn = std::function<void(boost::asio::ip::tcp::socket)>;
/// Until the acceptor is closed.
boost::asio::awaitable<void> accept_all(boost::asio::ip::tcp::acceptor& acceptor, LetIn let_in);

/// Until there is nothing more to be done. What is thrown is logged as of `whose`: "the HTTP server".
void run_all(boost::asio::io_context& io, std::string_view whose);

/// For what was spawned: logged, if there was one, as the end of `what`: "an HTTP connection".
void log_exception(const std::exception_ptr& thrown, std::string_view what);

}  // namespace riposte::framing
