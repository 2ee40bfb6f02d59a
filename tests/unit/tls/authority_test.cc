#include "engine/tls/authority.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "tests/support/scratch.h"

namespace riposte::tls {
namespace {

constexpr WallTime kEnrolled{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
constexpr auto kMachine = "5d0c6b1e7b4f4a3c9a56f54f9b6c3aa1";

struct Fleet {
  PrivateKey key = *PrivateKey::generate();
  FleetAuthority authority = *FleetAuthority::of(key, *FleetAuthority::self_signed(key, "north", kEnrolled));
};

Result<Certificate> certify(const Fleet& fleet, const PrivateKey& key, const std::string& name) {
  const auto request = CertificateRequest::from_pem(*new_request(key, "whatever the host says"));
  return fleet.authority.sign_agent(*request, name, kEnrolled);
}

TEST(Authority, NamesTheHostItselfAndNotAsTheHostAsks) {
  const Fleet fleet;
  const PrivateKey key = *PrivateKey::generate();
  const auto made = certify(fleet, key, kMachine);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->name(), kMachine);
  EXPECT_TRUE(made->belongs_to(key));
  EXPECT_EQ(made->key_hash(), key.public_hash());
  EXPECT_TRUE(made->is_signed_by(fleet.authority.certificate()));
  EXPECT_EQ(made->not_before(), kEnrolled - kBackdated);
  EXPECT_EQ(made->not_after(), kEnrolled + kAgentCertificateLife);
}

TEST(Authority, NeverMakesTheSameCertificateTwice) {
  const Fleet fleet;
  const PrivateKey key = *PrivateKey::generate();
  EXPECT_NE(certify(fleet, key, kMachine)->fingerprint(), certify(fleet, key, kMachine)->fingerprint());
}

TEST(Authority, CertifiesNoNameThatCouldSpellMoreThanAName) {
  const Fleet fleet;
  const PrivateKey key = *PrivateKey::generate();
  for (const char* name : {"", "a,DNS:b", "a b", "a\nb", "a/CN=b"}) {
    EXPECT_EQ(certify(fleet, key, name).error().code, Errc::invalid) << name;
    EXPECT_EQ(fleet.authority.sign_engine(key, name, kEnrolled).error().code, Errc::invalid) << name;
  }
  EXPECT_FALSE(certify(fleet, key, std::string(65, 'a')));
}

TEST(Authority, IsRecognisedByItsKeyWhenItIsCertifiedAgain) {
  const Fleet fleet;
  const auto again = FleetAuthority::self_signed(fleet.key, "north", kEnrolled + std::chrono::days(1));
  EXPECT_EQ(again->key_hash(), fleet.authority.certificate().key_hash());
  EXPECT_NE(again->fingerprint(), fleet.authority.certificate().fingerprint());
  EXPECT_TRUE(certify(fleet, *PrivateKey::generate(), kMachine)->is_signed_by(*again));
}

TEST(Authority, IsNoneWithAnothersKeyOrAnAgentsCertificate) {
  const Fleet fleet;
  EXPECT_FALSE(FleetAuthority::of(*PrivateKey::generate(), fleet.authority.certificate()));
  const PrivateKey key = *PrivateKey::generate();
  EXPECT_FALSE(FleetAuthority::of(key, *certify(fleet, key, kMachine)));
}

TEST(Requests, AreRefusedWhenTheirSignatureIsNotThatOfTheirKey) {
  const PrivateKey key = *PrivateKey::generate();
  std::string text = *new_request(key, "web01");
  ASSERT_TRUE(CertificateRequest::from_pem(text));
  std::size_t changed = 0;
  for (std::size_t at = text.find('\n') + 1; at < text.rfind("\n-----"); ++at) {
    std::string other = text;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    if (other == text || text[at] == '\n' || text[at] == '=') continue;
    if (CertificateRequest::from_pem(other)) ++changed;
  }
  // The last letter of base64 before its padding has bits that mean nothing.
  EXPECT_LE(changed, 1U);
}

TEST(Requests, AreRefusedWhenTheyAreNone) {
  for (const char* text :
       {"", "hello", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"})
    EXPECT_EQ(CertificateRequest::from_pem(text).error().code, Errc::invalid) << text;
}

TEST(PrivateKeys, AreReadOnlyWhereNobodyElseCanReadThem) {
  const riposte::test::Scratch scratch;
  const auto path = scratch.path() / "engine.key";
  const PrivateKey key = *PrivateKey::generate();
  ASSERT_TRUE(key.write(path));
  EXPECT_EQ(PrivateKey::read(path)->public_hash(), key.public_hash());
  std::filesystem::permissions(path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  EXPECT_EQ(PrivateKey::read(path).error().code, Errc::invalid);
}

TEST(PrivateKeys, AreEd25519AndNotEncrypted) {
  EXPECT_EQ(PrivateKey::from_pem("").error().code, Errc::invalid);
  EXPECT_FALSE(PrivateKey::from_pem(
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGj\n-----END ENCRYPTED PRIVATE KEY-----\n"));
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> other(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> buffer(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_PKCS8PrivateKey(buffer.get(), other.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(buffer.get(), &bytes);
  EXPECT_EQ(PrivateKey::from_pem({bytes, static_cast<std::size_t>(length)}).error().what,
            "the key is no Ed25519 key");
}

}  // namespace
}  // namespace riposte::tls
