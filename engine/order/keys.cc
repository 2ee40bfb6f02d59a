#include "engine/order/keys.h"

#include <cstdlib>
#include <set>
#include <utility>

#include <sodium.h>

#include "engine/base/hex.h"
#include "engine/base/printable.h"
#include "engine/order/names.h"

namespace riposte::order {
namespace {

static_assert(kPublicKeyBytes == crypto_sign_PUBLICKEYBYTES &&
              kSecretKeyBytes == crypto_sign_SECRETKEYBYTES && kSeedBytes == crypto_sign_SEEDBYTES);

/// Without a working random generator there is no safe way to go on.
void require_random_numbers() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();
}

}  // namespace

std::string id_of(const PublicKey& key) {
  std::array<std::uint8_t, kKeyIdDigits / 2> digest{};
  crypto_generichash(digest.data(), digest.size(), key.data(), key.size(), nullptr, 0);
  return to_hex(digest);
}

SigningKey SigningKey::from_seed(const Seed& seed) {
  SigningKey key;
  PublicKey ignored{};
  crypto_sign_seed_keypair(ignored.data(), key.secret_.data(), seed.data());
  return key;
}

SigningKey::SigningKey(SigningKey&& other) noexcept : secret_(other.secret_) {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  std::swap(secret_, other.secret_);
  return *this;
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

PublicKey SigningKey::public_key() const {
  PublicKey key{};
  crypto_sign_ed25519_sk_to_pk(key.data(), secret_.data());
  return key;
}

Seed new_seed() {
  require_random_numbers();
  Seed seed{};
  randombytes_buf(seed.data(), seed.size());
  return seed;
}

Result<KeyRing> KeyRing::of(std::vector<TrustedKey> keys) {
  if (keys.size() > kKeysMax)
    return fail(Errc::invalid, std::to_string(keys.size()) + " keys; a ring holds at most " +
                                   std::to_string(kKeysMax) + ", so remove those that are over");
  std::set<PublicKey> seen;
  for (const TrustedKey& trusted : keys) {
    if (!seen.insert(trusted.key).second)
      return fail(Errc::invalid, "key " + id_of(trusted.key) + " stands in the ring twice; remove one");
    if (trusted.not_after < trusted.not_before)
      return fail(Errc::invalid, "key " + id_of(trusted.key) + " ends before it begins");
  }
  return KeyRing(std::move(keys));
}

Result<PublicKey> KeyRing::find(std::string_view key_id, WallTime now) const {
  for (const TrustedKey& trusted : keys_) {
    if (id_of(trusted.key) != key_id) continue;
    if (now < trusted.not_before || now > trusted.not_after)
      return fail(Errc::denied, "key " + std::string(key_id) + " is not valid at " + iso8601(now));
    return trusted.key;
  }
  return fail(Errc::denied, "key '" + printable(key_id.substr(0, kNameBytesMax)) +
                                "' is unknown; is another engine meant?");
}

}  // namespace riposte::order
