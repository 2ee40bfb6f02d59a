/// Signatures that say what they are for: what was signed as a report is never believed as an order.
///
/// Signed are the domain's text with its terminating zero, be32 length, bytes. Ed25519 by libsodium, which
/// refuses keys of small order and signatures with a second form.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/error.h"
#include "engine/order/keys.h"
#include "engine/order/order.h"

namespace riposte::order {

enum class Domain : std::uint8_t { order, report, pong, enrolment, hello };

inline constexpr std::size_t kSignatureBytes = 64;
using Signature = std::array<std::uint8_t, kSignatureBytes>;

Signature sign_bytes(Domain domain, std::string_view bytes, const SigningKey& key);
bool is_signature_of(Domain domain, std::string_view bytes, const Signature& signature, const PublicKey& key);

inline constexpr std::size_t kSignedBytesMax = std::size_t{32} * 1024;

/// Bytes and who stands for them. Nothing in it is to be believed before open() has said so.
template <Domain kDomain>
struct Signed {
  std::string key_id;
  std::string bytes;
  Signature signature{};
  bool operator==(const Signed&) const = default;
};
using SignedOrder = Signed<Domain::order>;

template <Domain kDomain>
Signed<kDomain> sign_as(std::string bytes, const SigningKey& key) {
  const Signature signature = sign_bytes(kDomain, bytes, key);
  return {id_of(key.public_key()), std::move(bytes), signature};
}

/// Errors: denied (unknown key, a key whose time is not `now`, wrong signature).
template <Domain kDomain>
Result<void> check_signature(const Signed<kDomain>& sealed, const KeyRing& ring, WallTime now) {
  const PublicKey key = TRY(ring.find(sealed.key_id, now));
  if (!is_signature_of(kDomain, sealed.bytes, sealed.signature, key))
    return fail(Errc::denied, "the signature is not that of key " + sealed.key_id);
  return {};
}

/// The bytes of the envelope: key id, bytes, signature, and a zero where further signatures may follow one
/// day.
std::string encode_envelope(std::string_view key_id, std::string_view bytes, const Signature& signature);
struct Envelope {
  std::string key_id;
  std::string bytes;
  Signature signature{};
};
/// Errors: invalid.
Result<Envelope> decode_envelope(std::string_view bytes);

template <Domain kDomain>
std::string encode(const Signed<kDomain>& sealed) {
  return encode_envelope(sealed.key_id, sealed.bytes, sealed.signature);
}
/// Errors: invalid.
template <Domain kDomain>
Result<Signed<kDomain>> decode_signed(std::string_view bytes) {
  Envelope envelope = TRY(decode_envelope(bytes));
  return Signed<kDomain>{std::move(envelope.key_id), std::move(envelope.bytes), envelope.signature};
}

/// Errors: invalid (an order that no host would take).
Result<SignedOrder> sign(const Order& order, const SigningKey& key);
/// Errors: denied (who signed it is not believed), invalid (signed, and yet no order).
Result<Order> open_order(const SignedOrder& sealed, const KeyRing& ring, WallTime now);

}  // namespace riposte::order
