/// Who a key belongs to, said by the fleet's authority.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/error.h"
#include "engine/tls/private_key.h"

struct x509_st;

namespace riposte::tls {

/// Threads: any; it never changes.
class Certificate {
 public:
  explicit Certificate(std::shared_ptr<x509_st> certificate) : certificate_(std::move(certificate)) {}
  /// Errors: invalid.
  static Result<Certificate> from_pem(std::string_view pem);
  /// Errors: not_found, invalid, unavailable.
  static Result<Certificate> read(const std::filesystem::path& path);
  /// Durably, readable for everybody.
  Result<void> write(const std::filesystem::path& path) const;

  std::string pem() const;
  /// SHA-256 of the whole, in hexadecimal: tells it from every other.
  std::string fingerprint() const;
  /// SHA-256 of its public key, in hexadecimal: stays when the same key is certified again.
  std::string key_hash() const;
  /// Who it speaks of (CN).
  std::string name() const;
  WallTime not_before() const;
  WallTime not_after() const;
  bool belongs_to(const PrivateKey& key) const;
  /// Whether `authority` signed it. Says nothing of its time.
  bool is_signed_by(const Certificate& authority) const;

  x509_st* handle() const { return certificate_.get(); }

 private:
  std::shared_ptr<x509_st> certificate_;
};

}  // namespace riposte::tls
