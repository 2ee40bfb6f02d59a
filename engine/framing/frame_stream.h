/// Frames over a stream of Asio's, whatever kind of stream it is.
#pragma once

#include <array>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "engine/framing/outbox.h"
#include "engine/order/frame.h"

namespace riposte::framing {

/// Below what a FrameReader takes at a time.
inline constexpr std::size_t kReadBytes = std::size_t{16} * 1024;

/// Errors: invalid (the peer speaks something else), unavailable (the connection has ended).
template <class Stream>
boost::asio::awaitable<Result<order::Frame>> read_frame(Stream& stream, order::FrameReader& reader) {
  std::array<char, kReadBytes> bytes;
  while (true) {
    Result<std::optional<order::Frame>> frame = reader.next();
    if (!frame) co_return std::unexpected(std::move(frame).error());
    if (frame->has_value()) co_return std::move(**frame);
    boost::system::error_code error;
    const std::size_t count = co_await stream.async_read_some(
        boost::asio::buffer(bytes), boost::asio::redirect_error(boost::asio::use_awaitable, error));
    if (error) co_return fail(Errc::unavailable, error.message());
    reader.feed(std::string_view(bytes.data(), count));
  }
}

/// False when the connection has ended.
template <class Stream>
boost::asio::awaitable<bool> write_bytes(Stream& stream, const std::string& bytes) {
  boost::system::error_code error;
  co_await boost::asio::async_write(stream, boost::asio::buffer(bytes),
                                    boost::asio::redirect_error(boost::asio::use_awaitable, error));
  co_return !error;
}

/// Until the outbox is closed or the connection has ended.
template <class Stream>
boost::asio::awaitable<void> send_all(Stream& stream, Outbox& outbox) {
  bool open = true;
  while (open) {
    const std::string bytes = co_await outbox.next();
    if (bytes.empty()) co_return;
    open = co_await write_bytes(stream, bytes);
  }
}

}  // namespace riposte::framing
