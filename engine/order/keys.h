/// Ed25519 keys of those who sign, and the ring of keys that are believed.
///
/// A key's id is derived from the key, so that the two cannot disagree.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace riposte::order {

inline constexpr std::size_t kPublicKeyBytes = 32;
inline constexpr std::size_t kSecretKeyBytes = 64;
inline constexpr std::size_t kSeedBytes = 32;
inline constexpr std::size_t kKeyIdDigits = 32;
/// The key in use and the next one, for two engines.
inline constexpr std::size_t kKeysMax = 4;

using PublicKey = std::array<std::uint8_t, kPublicKeyBytes>;
using Seed = std::array<std::uint8_t, kSeedBytes>;

/// 32 hexadecimal digits.
std::string id_of(const PublicKey& key);

/// Owns: the secret, which is overwritten when it goes.
class SigningKey {
 public:
  static SigningKey from_seed(const Seed& seed);
  SigningKey(SigningKey&& other) noexcept;
  SigningKey& operator=(SigningKey&& other) noexcept;
  ~SigningKey();

  PublicKey public_key() const;
  std::span<const std::uint8_t, kSecretKeyBytes> secret() const { return secret_; }

 private:
  SigningKey() = default;
  std::array<std::uint8_t, kSecretKeyBytes> secret_{};
};

/// From the kernel's random numbers. The caller overwrites it after use.
Seed new_seed();

struct TrustedKey {
  PublicKey key{};
  WallTime not_before;
  WallTime not_after = WallTime::max();  ///< inclusive
};

class KeyRing {
 public:
  /// Errors: invalid (more than kKeysMax, the same key twice, or a time that ends before it begins).
  static Result<KeyRing> of(std::vector<TrustedKey> keys);

  /// Errors: denied, when the key is unknown or its time is not `now`.
  Result<PublicKey> find(std::string_view key_id, WallTime now) const;

 private:
  explicit KeyRing(std::vector<TrustedKey> keys) : keys_(std::move(keys)) {}
  std::vector<TrustedKey> keys_;
};

}  // namespace riposte::order
