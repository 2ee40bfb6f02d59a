/// The engine's signed answer to a host's question whether the way to the engine is open.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/order/signing.h"

namespace riposte::order {

inline constexpr std::size_t kNonceBytes = 32;
/// Of the host that asks, new for every question.
using Nonce = std::array<std::uint8_t, kNonceBytes>;

struct Pong {
  std::string fleet;
  std::string machine_id;
  Nonce nonce{};
  WallTime at;  ///< the engine's clock
  bool operator==(const Pong&) const = default;
};
using SignedPong = Signed<Domain::pong>;

/// The body of a ping: the nonce and nothing else.
std::string encode(const Nonce& asked);
/// Errors: invalid.
Result<Nonce> decode_ping(std::string_view bytes);

std::string encode(const Pong& pong);
/// Errors: invalid.
Result<Pong> decode_pong(std::string_view bytes);

SignedPong sign(const Pong& pong, const SigningKey& key);
/// Errors: denied (also for the answer to another question), invalid.
Result<Pong> open_pong(const SignedPong& sealed, const KeyRing& ring, const Nonce& asked, WallTime now);

}  // namespace riposte::order
