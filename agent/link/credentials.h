/// What the link proves itself with, and in whom it believes: files in one folder that belongs to it.
///
/// Layout:  key.pem, cert.pem, ca.pem, engines; next_key.pem and next_cert.pem while a renewed pair replaces
///          the old one, so that a crash leaves one whole pair.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/clock.h"
#include "engine/tls/certificate.h"
#include "engine/tls/private_key.h"

namespace riposte::agent {

/// The files of a host's agent that the link or the enrolment knows.
struct StateFiles {
  explicit StateFiles(const std::filesystem::path& state)
      : identity(state / "identity"), report_key(state / "report.key"), link(state / "link") {}
  std::filesystem::path identity;
  std::filesystem::path report_key;
  std::filesystem::path link;  ///< the folder
  std::filesystem::path engines() const { return link / "engines"; }
};

struct Credentials {
  tls::PrivateKey key;
  tls::Certificate certificate;
  tls::Certificate authority;
};

/// Finishes a renewal that a crash interrupted. Errors: not_found, invalid (also a pair that does not fit),
/// unavailable.
Result<Credentials> read_credentials(const std::filesystem::path& link);
/// Errors: invalid (they do not fit together), unavailable.
Result<void> write_credentials(const std::filesystem::path& link, const Credentials& credentials);
/// After a crash at any moment it is the old pair or the new one. Errors: invalid, unavailable.
Result<void> replace_pair(const std::filesystem::path& link, const tls::PrivateKey& key,
                          const tls::Certificate& certificate);

/// Two thirds of its life are over.
bool is_to_be_renewed(const tls::Certificate& certificate, WallTime now);

}  // namespace riposte::agent
