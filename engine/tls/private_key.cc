#include "engine/tls/private_key.h"

#include <openssl/pem.h>

#include "engine/base/synced_file.h"
#include "engine/tls/openssl.h"

namespace riposte::tls {
namespace {

/// An encrypted key must not make a service ask at a terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

}  // namespace

Result<PrivateKey> PrivateKey::generate() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (key == nullptr) return complaint(Errc::unavailable, "making a key");
  return PrivateKey(owned(key));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const Bio bio = reader_of(pem);
  EVP_PKEY* read = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr);
  if (read == nullptr) return complaint(Errc::invalid, "this is no private key in PEM");
  auto key = owned(read);
  if (EVP_PKEY_get_id(read) != EVP_PKEY_ED25519) return fail(Errc::invalid, "the key is no Ed25519 key");
  return PrivateKey(std::move(key));
}

Result<PrivateKey> PrivateKey::read(const std::filesystem::path& path) {
  std::string pem = TRY(read_secret(path, kPemBytesMax));
  auto key = from_pem(pem);
  OPENSSL_cleanse(pem.data(), pem.size());
  return TRY_DOING("reading " + path.string(), std::move(key));
}

Result<void> PrivateKey::write(const std::filesystem::path& path) const {
  std::string text = pem();
  const auto written = write_synced(path, text, kPrivateMode);
  OPENSSL_cleanse(text.data(), text.size());
  return written;
}

std::string PrivateKey::pem() const {
  const Bio buffer = new_buffer();
  PEM_write_bio_PKCS8PrivateKey(buffer.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return contents_of(buffer);
}

std::string PrivateKey::public_hash() const {
  unsigned char* bytes = nullptr;
  const int length = i2d_PUBKEY(key_.get(), &bytes);
  return digest_of(bytes, length);
}

}  // namespace riposte::tls
