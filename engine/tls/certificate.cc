#include "engine/tls/certificate.h"

#include <array>
#include <ctime>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "engine/base/synced_file.h"
#include "engine/tls/openssl.h"

namespace riposte::tls {
namespace {

constexpr mode_t kForEverybody = 0644;
constexpr std::size_t kCommonNameBytesMax = 64;  // of X.509

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

}  // namespace

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  const Bio bio = reader_of(pem);
  X509* read = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
  if (read == nullptr) return complaint(Errc::invalid, "this is no certificate in PEM");
  return Certificate(std::shared_ptr<X509>(read, X509_free));
}

Result<Certificate> Certificate::read(const std::filesystem::path& path) {
  return TRY_DOING("reading " + path.string(), from_pem(TRY(read_small(path, kPemBytesMax))));
}

Result<void> Certificate::write(const std::filesystem::path& path) const {
  return write_synced(path, pem(), kForEverybody);
}

std::string Certificate::pem() const {
  const Bio buffer = new_buffer();
  PEM_write_bio_X509(buffer.get(), certificate_.get());
  return contents_of(buffer);
}

std::string Certificate::fingerprint() const {
  unsigned char* bytes = nullptr;
  const int length = i2d_X509(certificate_.get(), &bytes);
  return digest_of(bytes, length);
}

std::string Certificate::key_hash() const {
  unsigned char* bytes = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate_.get()), &bytes);
  return digest_of(bytes, length);
}

std::string Certificate::name() const {
  std::array<char, kCommonNameBytesMax + 1> text{};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate_.get()), NID_commonName,
                                               text.data(), static_cast<int>(text.size()));
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

WallTime Certificate::not_before() const { return time_of(X509_get0_notBefore(certificate_.get())); }

WallTime Certificate::not_after() const { return time_of(X509_get0_notAfter(certificate_.get())); }

bool Certificate::belongs_to(const PrivateKey& key) const {
  const bool same = X509_check_private_key(certificate_.get(), key.handle()) == 1;
  ERR_clear_error();
  return same;
}

bool Certificate::is_signed_by(const Certificate& authority) const {
  const bool signed_by = X509_verify(certificate_.get(), X509_get0_pubkey(authority.handle())) == 1;
  ERR_clear_error();
  return signed_by;
}

}  // namespace riposte::tls
