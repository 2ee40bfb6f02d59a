#include "engine/order/signing.h"

#include <utility>

#include <sodium.h>

#include "engine/order/canonical.h"

namespace riposte::order {
namespace {

static_assert(kSignatureBytes == crypto_sign_BYTES);

using namespace std::string_view_literals;
constexpr std::array<std::string_view, 5> kDomains{"riposte-order-1\0"sv, "riposte-report-1\0"sv,
                                                   "riposte-pong-1\0"sv, "riposte-enrol-1\0"sv,
                                                   "riposte-hello-1\0"sv};

std::string signed_bytes(Domain domain, std::string_view bytes) {
  CanonicalWriter out;
  out.text(bytes, kSignedBytesMax);
  return std::string(kDomains.at(std::to_underlying(domain))) + out.take();
}

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Signature sign_bytes(Domain domain, std::string_view bytes, const SigningKey& key) {
  const std::string message = signed_bytes(domain, bytes);
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, raw(message), message.size(), key.secret().data());
  return signature;
}

bool is_signature_of(Domain domain, std::string_view bytes, const Signature& signature,
                     const PublicKey& key) {
  const std::string message = signed_bytes(domain, bytes);
  return crypto_sign_verify_detached(signature.data(), raw(message), message.size(), key.data()) == 0;
}

std::string encode_envelope(std::string_view key_id, std::string_view bytes, const Signature& signature) {
  CanonicalWriter out;
  out.text(key_id, kKeyIdDigits);
  out.text(bytes, kSignedBytesMax);
  out.block(signature);
  out.flag(false);
  return out.take();
}

Result<Envelope> decode_envelope(std::string_view bytes) {
  CanonicalReader in(bytes);
  Envelope envelope;
  in.text(envelope.key_id, kKeyIdDigits);
  in.text(envelope.bytes, kSignedBytesMax);
  in.block(envelope.signature);
  bool further_signatures = false;
  in.flag(further_signatures);
  if (further_signatures) in.refuse("further signatures, which this version does not know");
  TRY(in.done("envelope"));
  return envelope;
}

Result<SignedOrder> sign(const Order& order, const SigningKey& key) {
  TRY(check(order));
  return sign_as<Domain::order>(encode(order), key);
}

Result<Order> open_order(const SignedOrder& sealed, const KeyRing& ring, WallTime now) {
  TRY(check_signature(sealed, ring, now));
  return decode_order(sealed.bytes);
}

}  // namespace riposte::order
