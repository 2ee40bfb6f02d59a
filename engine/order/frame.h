/// How messages stand one behind the other in a stream of bytes: type, be32 length, body.
///
/// The same on both hops: engine to host over TLS, and between the host's two programs over a Unix socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace riposte::order {

inline constexpr std::size_t kFrameBytesMax = std::size_t{64} * 1024;

/// The numbers are sent: append, never reuse.
enum class FrameType : std::uint8_t {
  hello = 1,
  welcome = 2,
  order = 3,
  report = 4,
  ping = 5,
  pong = 6,
  enrol = 7,
  enrolled = 8,
  renew = 9,
  renewed = 10,
  refused = 11,
  reconnect = 12,  ///< to the host's network program alone: drop the connection, make a new one
};
inline constexpr FrameType kFirstFrameType = FrameType::hello;
inline constexpr FrameType kLastFrameType = FrameType::reconnect;

struct Frame {
  FrameType type = FrameType::hello;
  std::string body;
  bool operator==(const Frame&) const = default;
};

/// Precondition: the body has at most kFrameBytesMax bytes.
std::string encode(const Frame& frame);

/// Bytes in as they come, frames out.
///
/// Limits:  holds one frame and what was fed behind it; the caller feeds at most kFrameBytesMax at a time and
/// takes
///          every frame out before it feeds again.
class FrameReader {
 public:
  void feed(std::string_view bytes) { bytes_.append(bytes); }
  /// Nothing while the frame is not complete. Errors: invalid (unknown type, too long): the stream is lost.
  Result<std::optional<Frame>> next();

 private:
  std::string bytes_;
};

}  // namespace riposte::order
