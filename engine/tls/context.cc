#include "engine/tls/context.h"

#include <openssl/err.h>

#include "engine/tls/openssl.h"

namespace riposte::tls {
namespace {

constexpr int kChainDepthMax = 1;  // the authority signs directly

Result<Context> new_context(const SSL_METHOD* method) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_num_tickets(context.get(), 0) != 1)
    return complaint(Errc::invalid, "setting up TLS 1.3");
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify_depth(context.get(), kChainDepthMax);
  return Context(context);
}

Result<void> present(const Context& context, const PrivateKey& key, const Certificate& own) {
  if (SSL_CTX_use_certificate(context.handle(), own.handle()) != 1 ||
      SSL_CTX_use_PrivateKey(context.handle(), key.handle()) != 1)
    return complaint(Errc::invalid, "the certificate is not that of the key");
  return {};
}

Result<void> believe(const Context& context, const Certificate& authority) {
  if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context.handle()), authority.handle()) != 1)
    return complaint(Errc::invalid, "taking up the authority");
  return {};
}

/// Where a context keeps the hash of the key that it believes; freed with it.
int pin_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* pin, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<std::string*>(pin); });
  return slot;
}

X509* pinned_of(X509_STORE_CTX* store, const std::string& pin) {
  STACK_OF(X509)* shown = X509_STORE_CTX_get0_untrusted(store);
  for (int i = 0; i < sk_X509_num(shown); ++i) {
    X509* certificate = sk_X509_value(shown, i);
    unsigned char* bytes = nullptr;
    const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
    if (digest_of(bytes, length) == pin) return certificate;
  }
  return nullptr;
}

/// Who holds the pinned key is the authority; everything else is checked as ever.
int verify_pinned(X509_STORE_CTX* store, void* pin) {
  X509* authority = pinned_of(store, *static_cast<const std::string*>(pin));
  if (authority == nullptr) {
    X509_STORE_CTX_set_error(store, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
    return 0;
  }
  const std::unique_ptr<STACK_OF(X509), FreedBy<[](STACK_OF(X509) * stack) { sk_X509_free(stack); }>> trusted(
      sk_X509_new_null());
  if (!trusted || sk_X509_push(trusted.get(), authority) <= 0) return 0;
  X509_STORE_CTX_set0_trusted_stack(store, trusted.get());
  const int verdict = X509_verify_cert(store);
  X509_STORE_CTX_set0_trusted_stack(store, nullptr);
  return verdict;
}

}  // namespace

ssl_ctx_st* Context::shared_handle() const {
  SSL_CTX_up_ref(context_.get());
  return context_.get();
}

Result<Context> server_context(const PrivateKey& key, const Certificate& own, const Certificate& authority) {
  Context context = TRY(new_context(TLS_server_method()));
  TRY(present(context, key, own));
  TRY(believe(context, authority));
  // Shown to those who enrol: they know the authority by the hash of its key alone.
  if (SSL_CTX_add1_chain_cert(context.handle(), authority.handle()) != 1)
    return complaint(Errc::invalid, "showing the authority");
  SSL_CTX_set_verify(context.handle(), SSL_VERIFY_PEER, nullptr);
  return context;
}

Result<Context> client_context(const PrivateKey& key, const Certificate& own, const Certificate& authority,
                               const std::string& server_name) {
  Context context = TRY(new_context(TLS_client_method()));
  TRY(present(context, key, own));
  TRY(believe(context, authority));
  if (X509_VERIFY_PARAM_set1_host(SSL_CTX_get0_param(context.handle()), server_name.c_str(),
                                  server_name.size()) != 1)
    return complaint(Errc::invalid, "insisting on the server '" + server_name + "'");
  SSL_CTX_set_verify(context.handle(), SSL_VERIFY_PEER, nullptr);
  return context;
}

Result<Context> enrolling_context(const std::string& authority_key_hash) {
  Context context = TRY(new_context(TLS_client_method()));
  auto pin = std::make_unique<std::string>(authority_key_hash);
  if (SSL_CTX_set_ex_data(context.handle(), pin_slot(), pin.get()) != 1)
    return complaint(Errc::invalid, "pinning the authority");
  SSL_CTX_set_verify(context.handle(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.handle(), verify_pinned, pin.release());
  return context;
}

std::optional<Certificate> peer_certificate(const ssl_st* connection) {
  X509* shown = SSL_get1_peer_certificate(connection);
  if (shown == nullptr) return std::nullopt;
  return Certificate(std::shared_ptr<X509>(shown, X509_free));
}

std::string verification_problem(const ssl_st* connection) {
  const long verdict = SSL_get_verify_result(connection);
  return verdict == X509_V_OK ? std::string() : X509_verify_cert_error_string(verdict);
}

}  // namespace riposte::tls
