#include "engine/tls/openssl.h"

#include <array>

#include <openssl/err.h>
#include <openssl/sha.h>

#include "engine/base/hex.h"

namespace riposte::tls {

std::unexpected<Error> complaint(Errc code, std::string_view doing) {
  std::array<char, 256> text{};
  const unsigned long number = ERR_peek_last_error();
  ERR_error_string_n(number, text.data(), text.size());
  ERR_clear_error();
  std::string what(doing);
  if (number != 0) what += std::string(": ") + text.data();
  return fail(code, std::move(what));
}

Bio reader_of(std::string_view bytes) {
  return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Bio new_buffer() { return Bio(BIO_new(BIO_s_mem())); }

std::string contents_of(const Bio& buffer) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(buffer.get(), &bytes);
  return length > 0 ? std::string(bytes, static_cast<std::size_t>(length)) : std::string();
}

std::string digest_of(unsigned char* bytes, int length) {
  const std::unique_ptr<unsigned char, FreedBy<[](unsigned char* taken) { OPENSSL_free(taken); }>> owner(
      bytes);
  if (length <= 0) return {};
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(bytes, static_cast<std::size_t>(length), digest.data());
  return to_hex(digest);
}

}  // namespace riposte::tls
