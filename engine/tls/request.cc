#include "engine/tls/request.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "engine/tls/openssl.h"

namespace riposte::tls {

Result<std::string> new_request(const PrivateKey& key, const std::string& name) {
  const std::unique_ptr<X509_REQ, FreedBy<X509_REQ_free>> request(X509_REQ_new());
  const Bio buffer = new_buffer();
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  if (!request || !buffer ||
      X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(request.get()), NID_commonName, MBSTRING_UTF8,
                                 text, -1, -1, 0) != 1 ||
      X509_REQ_set_pubkey(request.get(), key.handle()) != 1 ||
      X509_REQ_sign(request.get(), key.handle(), nullptr) <= 0 ||
      PEM_write_bio_X509_REQ(buffer.get(), request.get()) != 1)
    return complaint(Errc::invalid, "asking for a certificate for '" + name + "'");
  return contents_of(buffer);
}

Result<CertificateRequest> CertificateRequest::from_pem(std::string_view pem) {
  const Bio bio = reader_of(pem);
  X509_REQ* read = PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr);
  if (read == nullptr) return complaint(Errc::invalid, "this is no request for a certificate in PEM");
  const std::shared_ptr<X509_REQ> request(read, X509_REQ_free);
  EVP_PKEY* key = X509_REQ_get0_pubkey(read);
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519)
    return complaint(Errc::invalid, "the request names no Ed25519 key");
  if (X509_REQ_verify(read, key) != 1)
    return complaint(Errc::denied, "the request is not signed by the key that it names");
  return CertificateRequest(request);
}

}  // namespace riposte::tls
