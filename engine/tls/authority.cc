#include "engine/tls/authority.h"

#include <vector>

#include <openssl/err.h>

#include "engine/tls/openssl.h"

namespace riposte::tls {
namespace {

constexpr int kSerialBits = 127;  // positive, and never the same twice
constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

struct Extension {
  int nid;
  std::string value;
};

struct Wanted {
  std::string name;
  EVP_PKEY* key = nullptr;
  WallTime now;
  Duration life{};
  std::vector<Extension> extensions;
};

/// What is spelled into an extension must not be able to spell a second one.
bool is_harmless(const std::string& name) {
  return !name.empty() && name.find_first_not_of(kNameLetters) == std::string::npos;
}

std::time_t seconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

bool set_serial(X509* certificate) {
  const std::unique_ptr<BIGNUM, FreedBy<BN_free>> number(BN_new());
  return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_names(X509* certificate, const std::string& name, X509* issuer) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1;
}

bool set_times(X509* certificate, WallTime now, Duration life) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), seconds(now - kBackdated)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), seconds(now + life)) != nullptr;
}

bool add_extension(X509* certificate, X509* issuer, const Extension& extension) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>> made(
      X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value.c_str()));
  return made && X509_add_ext(certificate, made.get(), -1) == 1;
}

bool add_extensions(X509* certificate, X509* issuer, const std::vector<Extension>& extensions) {
  for (const Extension& extension : extensions)
    if (!add_extension(certificate, issuer, extension)) return false;
  return true;
}

/// `issuer` null: signed by itself.
Result<Certificate> issue(const Wanted& wanted, X509* issuer, const PrivateKey& key) {
  if (!is_harmless(wanted.name))
    return fail(Errc::invalid, "'" + wanted.name + "' cannot stand in a certificate");
  const std::shared_ptr<X509> made(X509_new(), X509_free);
  X509* authority = issuer != nullptr ? issuer : made.get();
  if (!made || X509_set_version(made.get(), X509_VERSION_3) != 1 || !set_serial(made.get()) ||
      !set_names(made.get(), wanted.name, authority) || !set_times(made.get(), wanted.now, wanted.life) ||
      X509_set_pubkey(made.get(), wanted.key) != 1 ||
      !add_extensions(made.get(), authority, wanted.extensions) ||
      X509_sign(made.get(), key.handle(), nullptr) <= 0)
    return complaint(Errc::invalid, "certifying '" + wanted.name + "'");
  return Certificate(made);
}

std::vector<Extension> leaf_extensions(const char* usage) {
  return {{NID_basic_constraints, "critical,CA:FALSE"},
          {NID_key_usage, "critical,digitalSignature"},
          {NID_ext_key_usage, usage},
          {NID_subject_key_identifier, "hash"},
          {NID_authority_key_identifier, "keyid:always"}};
}

}  // namespace

std::string engine_name(const std::string& fleet) { return "engine." + fleet; }

Result<Certificate> FleetAuthority::self_signed(const PrivateKey& key, const std::string& fleet,
                                                WallTime now) {
  return issue({.name = fleet,
                .key = key.handle(),
                .now = now,
                .life = kAuthorityLife,
                .extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                               {NID_key_usage, "critical,keyCertSign,cRLSign"},
                               {NID_subject_key_identifier, "hash"}}},
               nullptr, key);
}

Result<FleetAuthority> FleetAuthority::of(PrivateKey key, Certificate certificate) {
  if (!certificate.belongs_to(key))
    return fail(Errc::invalid, "the authority's certificate is not that of its key");
  if (X509_check_ca(certificate.handle()) != 1)
    return fail(Errc::invalid, "the certificate is not that of an authority");
  return FleetAuthority(std::move(key), std::move(certificate));
}

Result<Certificate> FleetAuthority::sign_agent(const CertificateRequest& request,
                                               const std::string& machine_id, WallTime now,
                                               Duration life) const {
  return issue({.name = machine_id,
                .key = X509_REQ_get0_pubkey(request.handle()),
                .now = now,
                .life = life,
                .extensions = leaf_extensions("clientAuth")},
               certificate_.handle(), key_);
}

Result<Certificate> FleetAuthority::sign_engine(const PrivateKey& engine, const std::string& fleet,
                                                WallTime now, Duration life) const {
  if (!is_harmless(fleet)) return fail(Errc::invalid, "'" + fleet + "' cannot stand in a certificate");
  auto extensions = leaf_extensions("serverAuth");
  extensions.push_back({NID_subject_alt_name, "DNS:" + engine_name(fleet)});
  return issue({.name = "engine",
                .key = engine.handle(),
                .now = now,
                .life = life,
                .extensions = std::move(extensions)},
               certificate_.handle(), key_);
}

}  // namespace riposte::tls
