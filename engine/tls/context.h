/// What both ends of a connection insist on: TLS 1.3, certificates of the fleet's authority, no resumption.
///
/// A peer is looked at again in every handshake, so that a revoked host cannot come back on a ticket.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/error.h"
#include "engine/tls/certificate.h"
#include "engine/tls/private_key.h"

struct ssl_ctx_st;
struct ssl_st;

namespace riposte::tls {

/// Threads: any; it never changes.
class Context {
 public:
  explicit Context(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
  ssl_ctx_st* handle() const { return context_.get(); }
  /// For an owner that frees what it was given.
  ssl_ctx_st* shared_handle() const;

 private:
  std::shared_ptr<ssl_ctx_st> context_;
};

/// Lets in who shows a certificate of the authority, and who shows none: peer_certificate() tells which.
/// Whoever shows another or an expired one does not get through the handshake. Errors: invalid.
Result<Context> server_context(const PrivateKey& key, const Certificate& own, const Certificate& authority);

/// Believes only a server whose certificate the authority made for `server_name`. Errors: invalid.
Result<Context> client_context(const PrivateKey& key, const Certificate& own, const Certificate& authority,
                               const std::string& server_name);

/// Shows no certificate, and believes only a server that shows, above its own, the certificate of the
/// authority whose key has this hash (Certificate::key_hash). Errors: invalid.
Result<Context> enrolling_context(const std::string& authority_key_hash);

/// After the handshake.
std::optional<Certificate> peer_certificate(const ssl_st* connection);
/// What was wrong with the peer's certificate; empty: nothing.
std::string verification_problem(const ssl_st* connection);

}  // namespace riposte::tls
