/// The secret Ed25519 key of one end of a TLS connection.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/error.h"

struct evp_pkey_st;

namespace riposte::tls {

/// Threads: any; it never changes.
class PrivateKey {
 public:
  /// Errors: unavailable (no random numbers, no memory).
  static Result<PrivateKey> generate();
  /// Errors: invalid (no Ed25519 key in PEM without a passphrase).
  static Result<PrivateKey> from_pem(std::string_view pem);
  /// Errors: not_found, invalid (also when others than the owner could read it), unavailable.
  static Result<PrivateKey> read(const std::filesystem::path& path);
  /// Durably, for the owner alone.
  Result<void> write(const std::filesystem::path& path) const;

  std::string pem() const;
  /// The SHA-256 of its public half as a certificate holds it, in hexadecimal.
  std::string public_hash() const;

  evp_pkey_st* handle() const { return key_.get(); }

 private:
  explicit PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace riposte::tls
