#include "engine/framing/listening.h"

#include <chrono>
#include <string>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/base/log.h"

namespace riposte::framing {

namespace asio = boost::asio;

namespace {

/// When accepting fails (no descriptors left), the next attempt is made after this.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

boost::system::error_code listen_on(asio::ip::tcp::acceptor& acceptor,
                                    const asio::ip::tcp::endpoint& endpoint) {
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

asio::awaitable<void> accept_all(asio::ip::tcp::acceptor& acceptor, LetIn let_in) {
  while (acceptor.is_open()) {
    boost::system::error_code error;
    asio::ip::tcp::socket socket =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!acceptor.is_open()) co_return;
    if (error) {
      asio::steady_timer pause(acceptor.get_executor(), kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    } else {
      let_in(std::move(socket));
    }
  }
}

void run_all(asio::io_context& io, std::string_view whose) {
  for (bool ended = false; !ended;) {
    try {
      io.run();
      ended = true;
    } catch (const std::exception& thrown) {
      log::error(std::string(whose) + " met an exception", {{"what", std::string(thrown.what())}});
    }
  }
}

void log_exception(const std::exception_ptr& thrown, std::string_view what) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& known) {
    log::error(std::string(what) + " ended with an exception", {{"what", std::string(known.what())}});
  }
}

}  // namespace riposte::framing
