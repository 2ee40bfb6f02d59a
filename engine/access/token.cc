#include "engine/access/token.h"

#include <array>
#include <cstdlib>

#include <sodium.h>

#include "engine/base/hex.h"

namespace riposte {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::string_view kHashPrefix = "blake2b:";
constexpr std::size_t kHashBytes = crypto_generichash_BYTES;
static_assert(kHashBytes == 32, "the written form promises 64 hexadecimal digits");

/// Without a working random generator there is no safe way to go on.
void require_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();
}

}  // namespace

std::string new_token(std::string_view prefix) {
  require_sodium();
  constexpr int kAlphabet = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::array<unsigned char, kTokenBytes> secret{};
  std::array<char, sodium_base64_ENCODED_LEN(kTokenBytes, kAlphabet)> text{};
  randombytes_buf(secret.data(), secret.size());
  sodium_bin2base64(text.data(), text.size(), secret.data(), secret.size(), kAlphabet);
  std::string token = std::string(prefix) + text.data();
  sodium_memzero(secret.data(), secret.size());
  sodium_memzero(text.data(), text.size());
  return token;
}

std::string token_hash(std::string_view token) {
  require_sodium();
  std::array<unsigned char, kHashBytes> digest{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return std::string(kHashPrefix) + to_hex(digest);
}

bool is_token_hash(std::string_view text) {
  return text.starts_with(kHashPrefix) && is_hex(text.substr(kHashPrefix.size()), 2 * kHashBytes);
}

bool token_matches(std::string_view token, std::string_view hash) {
  const std::string computed = token_hash(token);
  // A hash of another length was not written by token_hash(); whether it is one is no secret.
  return hash.size() == computed.size() && sodium_memcmp(computed.data(), hash.data(), computed.size()) == 0;
}

}  // namespace riposte
