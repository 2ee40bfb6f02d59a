#include "agent/link/credentials.h"

#include <system_error>

#include <unistd.h>

namespace riposte::agent {
namespace {

struct Places {
  explicit Places(const std::filesystem::path& link)
      : key(link / "key.pem"),
        certificate(link / "cert.pem"),
        authority(link / "ca.pem"),
        next_key(link / "next_key.pem"),
        next_certificate(link / "next_cert.pem") {}
  std::filesystem::path key, certificate, authority, next_key, next_certificate;
};

Result<void> move_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (error) return fail(Errc::unavailable, to.string() + ": " + error.message());
  return {};
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// The key first: next_cert.pem alone says that the key has been moved already.
Result<void> install_next(const Places& places) {
  if (is_there(places.next_key)) TRY(move_over(places.next_key, places.key));
  return move_over(places.next_certificate, places.certificate);
}

Result<void> finish_renewal(const Places& places) {
  const auto certificate = tls::Certificate::read(places.next_certificate);
  if (!certificate) return {};
  const bool moved = !is_there(places.next_key);
  const auto key = tls::PrivateKey::read(moved ? places.key : places.next_key);
  if (key && certificate->belongs_to(*key)) return install_next(places);
  return {};
}

Result<void> check_pair(const tls::PrivateKey& key, const tls::Certificate& certificate,
                        const tls::Certificate& authority) {
  if (!certificate.belongs_to(key))
    return fail(Errc::invalid, "the certificate is not that of this host's key; enrol the host anew");
  if (!certificate.is_signed_by(authority))
    return fail(Errc::invalid, "the certificate is not signed by the fleet's authority; enrol the host anew");
  return {};
}

}  // namespace

Result<Credentials> read_credentials(const std::filesystem::path& link) {
  const Places places(link);
  TRY(finish_renewal(places));
  Credentials found{TRY(tls::PrivateKey::read(places.key)), TRY(tls::Certificate::read(places.certificate)),
                    TRY(tls::Certificate::read(places.authority))};
  TRY_DOING("reading " + link.string(), check_pair(found.key, found.certificate, found.authority));
  return found;
}

Result<void> write_credentials(const std::filesystem::path& link, const Credentials& credentials) {
  const Places places(link);
  TRY(check_pair(credentials.key, credentials.certificate, credentials.authority));
  TRY(credentials.authority.write(places.authority));
  return replace_pair(link, credentials.key, credentials.certificate);
}

Result<void> replace_pair(const std::filesystem::path& link, const tls::PrivateKey& key,
                          const tls::Certificate& certificate) {
  const Places places(link);
  if (!certificate.belongs_to(key)) return fail(Errc::invalid, "the certificate is not that of the new key");
  ::unlink(places.next_certificate.c_str());
  TRY(key.write(places.next_key));
  TRY(certificate.write(places.next_certificate));
  return install_next(places);
}

bool is_to_be_renewed(const tls::Certificate& certificate, WallTime now) {
  const Duration life = certificate.not_after() - certificate.not_before();
  return now - certificate.not_before() >= life * 2 / 3;
}

}  // namespace riposte::agent
