/// A key's owner asks for a certificate, and proves to have the key.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/error.h"
#include "engine/tls/private_key.h"

struct X509_req_st;

namespace riposte::tls {

/// In PEM. The name is for people: what the certificate says is for the authority to decide.
Result<std::string> new_request(const PrivateKey& key, const std::string& name);

/// Threads: any; it never changes.
class CertificateRequest {
 public:
  /// Errors: invalid (no such text, no Ed25519 key), denied (not signed by the key that it names).
  static Result<CertificateRequest> from_pem(std::string_view pem);
  X509_req_st* handle() const { return request_.get(); }

 private:
  explicit CertificateRequest(std::shared_ptr<X509_req_st> request) : request_(std::move(request)) {}
  std::shared_ptr<X509_req_st> request_;
};

}  // namespace riposte::tls
