/// OpenSSL's objects with owners, and its complaints as errors. Only this room includes it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "engine/base/error.h"

namespace riposte::tls {

template <auto kFree>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;

/// Larger than a certificate of this fleet several times over.
inline constexpr std::size_t kPemBytesMax = std::size_t{16} * 1024;

/// `doing`, and what OpenSSL says of it. Forgets what OpenSSL had noted.
std::unexpected<Error> complaint(Errc code, std::string_view doing);

/// Null where there is no memory.
Bio reader_of(std::string_view bytes);
Bio new_buffer();
std::string contents_of(const Bio& buffer);

/// The SHA-256 of bytes that OpenSSL allocated, in hexadecimal; empty where there are none.
std::string digest_of(unsigned char* bytes, int length);

}  // namespace riposte::tls
