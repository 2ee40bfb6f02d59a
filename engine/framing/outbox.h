/// Frames that wait to be sent to one peer, up to a bound.
///
/// Threads: push() and close() from any; next() from the one that runs the executor, one call at a time.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/order/frame.h"

namespace riposte::framing {

class Outbox : public std::enable_shared_from_this<Outbox> {
 public:
  struct Bounds {
    std::size_t frames_max;
    std::size_t bytes_max;  ///< of all frames that wait
  };
  Outbox(const boost::asio::any_io_executor& executor, Bounds bounds) : bounds_(bounds), bell_(executor) {}

  /// False when it is full or closed; the frame is not taken then.
  bool push(const order::Frame& frame);
  /// The bytes of the next frame, once there is one; empty when the outbox is closed. A frame takes up room
  /// until the call after the one that gave it out.
  boost::asio::awaitable<std::string> next();
  /// Forgets what waits.
  void close();

 private:
  void ring();

  const Bounds bounds_;
  std::mutex mutex_;
  std::deque<std::string> waiting_;
  std::size_t frames_ = 0;  ///< that wait or have been given out
  std::size_t bytes_ = 0;
  std::size_t given_out_ = 0;  ///< bytes of the frame that was given out; zero: none
  bool closed_ = false;
  boost::asio::steady_timer bell_;
};

}  // namespace riposte::framing
