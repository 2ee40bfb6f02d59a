/// The bound on how long a peer may take: whoever takes longer is cut off.
///
/// Threads: that of the executor.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace riposte::framing {

class Patience {
 public:
  explicit Patience(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  /// Calls `cut()` of the connection, which owns this, unless a later wait begins or cancel() comes before.
  template <class Connection>
  void cut_after(std::chrono::milliseconds wait, std::weak_ptr<Connection> connection) {
    timer_.expires_after(wait);
    timer_.async_wait([this, weak = std::move(connection)](const boost::system::error_code& cancelled) {
      const auto owner = weak.lock();
      if (cancelled || !owner || timer_.expiry() > std::chrono::steady_clock::now()) return;
      owner->cut();
    });
  }
  void cancel() { timer_.cancel(); }

 private:
  boost::asio::steady_timer timer_;
};

}  // namespace riposte::framing
