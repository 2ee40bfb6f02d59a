#include "engine/order/frame.h"

#include <cassert>
#include <utility>

#include "engine/order/canonical.h"

namespace riposte::order {
namespace {

constexpr std::size_t kFrameHeadBytes = 5;

}  // namespace

std::string encode(const Frame& frame) {
  assert(frame.body.size() <= kFrameBytesMax);
  CanonicalWriter out;
  out.word(frame.type, kFirstFrameType, kLastFrameType);
  out.text(frame.body, kFrameBytesMax);
  return out.take();
}

Result<std::optional<Frame>> FrameReader::next() {
  if (bytes_.empty()) return std::nullopt;
  const auto type = static_cast<unsigned char>(bytes_.front());
  if (type < std::to_underlying(kFirstFrameType) || type > std::to_underlying(kLastFrameType))
    return fail(Errc::invalid, "a frame of the unknown type " + std::to_string(type));
  if (bytes_.size() < kFrameHeadBytes) return std::nullopt;
  std::uint32_t length = 0;
  CanonicalReader(std::string_view(bytes_).substr(1)).number(length);
  if (length > kFrameBytesMax)
    return fail(Errc::invalid, "a frame of " + std::to_string(length) + " bytes; at most " +
                                   std::to_string(kFrameBytesMax) + " are allowed");
  if (bytes_.size() - kFrameHeadBytes < length) return std::nullopt;
  Frame frame{static_cast<FrameType>(type), bytes_.substr(kFrameHeadBytes, length)};
  bytes_.erase(0, kFrameHeadBytes + length);
  return frame;
}

}  // namespace riposte::order
