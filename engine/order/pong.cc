#include "engine/order/pong.h"

#include "engine/order/canonical.h"
#include "engine/order/names.h"

namespace riposte::order {
namespace {

void fields(auto& wire, Either<Pong> auto& pong) {
  wire.text(pong.fleet, kNameBytesMax);
  wire.text(pong.machine_id, kNameBytesMax);
  wire.block(pong.nonce);
  wire.time(pong.at);
}

}  // namespace

std::string encode(const Nonce& asked) {
  CanonicalWriter out;
  out.block(asked);
  return out.take();
}

Result<Nonce> decode_ping(std::string_view bytes) {
  CanonicalReader in(bytes);
  Nonce asked{};
  in.block(asked);
  TRY(in.done("ping"));
  return asked;
}

std::string encode(const Pong& pong) {
  CanonicalWriter out;
  fields(out, pong);
  return out.take();
}

Result<Pong> decode_pong(std::string_view bytes) {
  CanonicalReader in(bytes);
  Pong pong;
  fields(in, pong);
  TRY(in.done("pong"));
  return pong;
}

SignedPong sign(const Pong& pong, const SigningKey& key) { return sign_as<Domain::pong>(encode(pong), key); }

Result<Pong> open_pong(const SignedPong& sealed, const KeyRing& ring, const Nonce& asked, WallTime now) {
  TRY(check_signature(sealed, ring, now));
  Pong pong = TRY(decode_pong(sealed.bytes));
  if (pong.nonce != asked) return fail(Errc::denied, "the pong answers another question");
  return pong;
}

}  // namespace riposte::order
