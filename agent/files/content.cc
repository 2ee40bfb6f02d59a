#include "agent/files/content.h"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "agent/files/refusal.h"
#include "engine/base/file_bytes.h"
#include "engine/base/hex.h"

namespace riposte::files {
namespace {

/// A whole number of ChaCha20's blocks, so that a part is encoded piece by piece.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kBlockBytes = 64;
static_assert(kPieceBytes % kBlockBytes == 0);
static_assert(sizeof(Key) == crypto_stream_chacha20_KEYBYTES);

using Bytes = std::vector<unsigned char>;

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }

  void add(std::span<const unsigned char> bytes) {
    crypto_hash_sha256_update(&state_, bytes.data(), bytes.size());
    length_ += bytes.size();
  }
  /// Zeros up to this length.
  void skip_to(std::uint64_t length) {
    static const Bytes kZeros(kPieceBytes);
    while (length_ < length)
      add(std::span(kZeros).first(std::min<std::uint64_t>(kPieceBytes, length - length_)));
  }
  std::string text() {
    std::string digest(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(digest.data()));
    return to_hex(digest);
  }

 private:
  crypto_hash_sha256_state state_{};
  std::uint64_t length_ = 0;
};

/// Encoding and decoding are the same.
void encode_piece(std::span<unsigned char> piece, const Key& key, std::size_t extent, std::uint64_t from) {
  std::array<unsigned char, crypto_stream_chacha20_NONCEBYTES> nonce{};
  for (std::size_t i = 0; i < nonce.size(); ++i)
    nonce[i] = static_cast<unsigned char>(std::uint64_t{extent} >> (8 * i));
  crypto_stream_chacha20_xor_ic(piece.data(), piece.data(), piece.size(), nonce.data(), from / kBlockBytes,
                                key.data());
}

/// Fills the piece from there; `code` is the word for a file that ends before.
Result<void> read_at(const Descriptor& file, std::span<unsigned char> piece, std::uint64_t offset,
                     Errc code) {
  while (!piece.empty()) {
    const ssize_t got = ::pread(file.number(), piece.data(), piece.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refusal("reading", errno);
    if (got == 0) return fail(code, "it ends at byte " + std::to_string(offset));
    piece = piece.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

/// The next data at or behind `from`; of length 0 when there is none.
Result<Extent> data_from(const Descriptor& file, std::uint64_t from, std::uint64_t size) {
  const off_t begin = ::lseek(file.number(), static_cast<off_t>(from), SEEK_DATA);
  if (begin < 0 && errno == ENXIO) return Extent{.offset = size};
  if (begin < 0 && errno == EINVAL)
    return Extent{.offset = from, .length = size - from};  // it knows no holes
  if (begin < 0) return refusal("looking for holes", errno);
  const off_t end = ::lseek(file.number(), begin, SEEK_HOLE);
  if (end < 0) return refusal("looking for holes", errno);
  const auto first = std::min(static_cast<std::uint64_t>(begin), size);
  return Extent{.offset = first, .length = std::min(static_cast<std::uint64_t>(end), size) - first};
}

Result<std::vector<Extent>> extents_of(const Descriptor& file, std::uint64_t size) {
  const off_t end = ::lseek(file.number(), 0, SEEK_END);
  if (end < 0) return refusal("looking for its end", errno);
  // What is missing at the end would look like a hole.
  if (static_cast<std::uint64_t>(end) < size)
    return fail(Errc::conflict, "it ends at byte " + std::to_string(end));
  std::vector<Extent> extents;
  for (std::uint64_t from = 0; from < size;) {
    Extent next = extents.size() + 1 < kExtentsMax ? TRY(data_from(file, from, size))
                                                   : Extent{.offset = from, .length = size - from};
    if (next.length > 0) extents.push_back(next);
    from = next.offset + std::max<std::uint64_t>(next.length, next.offset < size ? 1 : 0);
  }
  return extents;
}

/// Calls `visit(piece, offset in the file, number of the extent, offset in the extent)` with a buffer to fill
/// or use.
template <class Visit>
Result<void> in_pieces(const std::vector<Extent>& extents, Visit visit) {
  Bytes buffer(kPieceBytes);
  for (std::size_t i = 0; i < extents.size(); ++i)
    for (std::uint64_t done = 0; done < extents[i].length; done += kPieceBytes) {
      const auto length = std::min<std::uint64_t>(kPieceBytes, extents[i].length - done);
      TRY(visit(std::span(buffer).first(length), extents[i].offset + done, i, done));
    }
  return {};
}

}  // namespace

Key new_key() {
  Key key{};
  randombytes_buf(key.data(), key.size());
  return key;
}

Result<void> write_at(const Descriptor& file, std::span<const unsigned char> bytes, std::uint64_t offset) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (const auto error = write_all_at(file.number(), text, offset)) return refusal("writing", error.value());
  return {};
}

Result<Content> encode(const Descriptor& plain, std::uint64_t size, const Key& key,
                       const Descriptor& object) {
  Content content{.size = size, .extents = TRY(extents_of(plain, size))};
  Sha256 hash;
  std::uint64_t written = 0;
  TRY(in_pieces(content.extents,
                [&](std::span<unsigned char> piece, std::uint64_t offset, std::size_t extent,
                    std::uint64_t from) -> Result<void> {
                  TRY(read_at(plain, piece, offset, Errc::conflict));
                  hash.skip_to(offset);
                  hash.add(piece);
                  encode_piece(piece, key, extent, from);
                  TRY(write_at(object, piece, written));
                  written += piece.size();
                  return {};
                }));
  hash.skip_to(size);
  content.sha256 = hash.text();
  return content;
}

Result<void> decode(const Descriptor& object, const Content& content, const Key& key, const Sink& sink) {
  Sha256 hash;
  std::uint64_t read = 0;
  TRY(in_pieces(content.extents,
                [&](std::span<unsigned char> piece, std::uint64_t offset, std::size_t extent,
                    std::uint64_t from) -> Result<void> {
                  TRY(read_at(object, piece, read, Errc::corrupt));
                  read += piece.size();
                  encode_piece(piece, key, extent, from);
                  hash.skip_to(offset);
                  hash.add(piece);
                  return sink(piece, offset);
                }));
  hash.skip_to(content.size);
  if (const std::string found = hash.text(); found != content.sha256)
    return fail(Errc::corrupt, "its SHA-256 is " + found + ", not " + content.sha256);
  return {};
}

Result<std::string> sha256_of(const Descriptor& plain, std::uint64_t size) {
  Sha256 hash;
  TRY(in_pieces(
      TRY(extents_of(plain, size)),
      [&](std::span<unsigned char> piece, std::uint64_t offset, std::size_t, std::uint64_t) -> Result<void> {
        TRY(read_at(plain, piece, offset, Errc::conflict));
        hash.skip_to(offset);
        hash.add(piece);
        return {};
      }));
  hash.skip_to(size);
  return hash.text();
}

}  // namespace riposte::files
