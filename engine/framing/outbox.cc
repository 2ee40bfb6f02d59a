#include "engine/framing/outbox.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace riposte::framing {

namespace asio = boost::asio;

bool Outbox::push(const order::Frame& frame) {
  std::string bytes = order::encode(frame);
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || frames_ >= bounds_.frames_max || bytes_ + bytes.size() > bounds_.bytes_max) return false;
    ++frames_;
    bytes_ += bytes.size();
    waiting_.push_back(std::move(bytes));
  }
  ring();
  return true;
}

asio::awaitable<std::string> Outbox::next() {
  const auto self = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    if (given_out_ > 0) --frames_;
    bytes_ -= std::exchange(given_out_, 0);
  }
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) co_return std::string();
      if (!waiting_.empty()) {
        std::string bytes = std::move(waiting_.front());
        waiting_.pop_front();
        given_out_ = bytes.size();
        co_return bytes;
      }
    }
    // Whoever pushes now rings on this executor, that is after the wait has begun.
    boost::system::error_code rung;
    bell_.expires_at(std::chrono::steady_clock::time_point::max());
    co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
  }
}

void Outbox::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    waiting_.clear();
  }
  ring();
}

void Outbox::ring() {
  asio::post(bell_.get_executor(), [self = shared_from_this()] { self->bell_.cancel(); });
}

}  // namespace riposte::framing
