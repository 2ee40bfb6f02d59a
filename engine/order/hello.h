/// How a host and its engine greet each other on a new connection.
///
/// The welcome comes first and brings the engine's nonce, unsigned: TLS stands for it. The hello is signed by
/// the host's report key over that nonce, so that one from yesterday is worth nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/order/pong.h"

namespace riposte::order {

struct Welcome {
  std::string fleet;
  Nonce nonce{};  ///< of the engine, new for every connection
  WallTime at;    ///< the engine's clock
  bool operator==(const Welcome&) const = default;
};

struct Hello {
  std::string fleet;
  std::string machine_id;
  std::uint64_t enrolment = 0;
  std::string journal_id;  ///< with the sequence: whether the journal was lost or put back
  std::uint64_t journal_sequence = 0;
  Nonce nonce{};  ///< that of the welcome
  WallTime at;    ///< the host's clock
  bool operator==(const Hello&) const = default;
};
using SignedHello = Signed<Domain::hello>;

std::string encode(const Welcome& welcome);
/// Errors: invalid.
Result<Welcome> decode_welcome(std::string_view bytes);

std::string encode(const Hello& hello);
/// Accepts exactly what encode() makes of a hello that sign() accepts. Errors: invalid.
Result<Hello> decode_hello(std::string_view bytes);

/// Errors: invalid (a name, the journal's id or the time is none).
Result<SignedHello> sign(const Hello& hello, const SigningKey& key);
/// Errors: denied (also for the answer to another welcome), invalid.
Result<Hello> open_hello(const SignedHello& sealed, const KeyRing& ring, const Nonce& welcomed, WallTime now);

}  // namespace riposte::order
