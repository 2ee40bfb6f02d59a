#include "rules/matching/contains.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "engine/base/same_bytes.h"

namespace riposte {
namespace {

/// glibc's is linear, but slow to start.
std::size_t find_plainly(std::string_view text, std::string_view wanted, std::size_t at) {
  const void* found = ::memmem(text.data() + at, text.size() - at, wanted.data(), wanted.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

#if defined(__x86_64__)
/// A search for two bytes at some distance from each other.
struct Ends {
  const char* text;
  std::size_t last_block;  ///< where the last one begins; it may overlap the one before
  std::size_t distance;
  char first;
  char last;
};

/// A block and a bit for each of its places where both bytes stand.
struct Places {
  std::size_t block;
  std::uint32_t found;
};

constexpr std::size_t kPlaces = sizeof(__m128i);
constexpr std::size_t kWidePlaces = sizeof(__m256i);

/// The next block that has such a place, or the last one.
Places next_places(const Ends& ends, std::size_t at) {
  const __m128i first = _mm_set1_epi8(ends.first);
  const __m128i last = _mm_set1_epi8(ends.last);
  for (;; at = std::min(at + kPlaces, ends.last_block)) {
    const char* from = ends.text + at;
    const __m128i begins = _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), first);
    const __m128i stops =
        _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + ends.distance)), last);
    const auto found = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_and_si128(begins, stops)));
    if (found != 0 || at == ends.last_block) return {at, found};
  }
}

__attribute__((target("avx2"))) Places next_wide_places(const Ends& ends, std::size_t at) {
  const __m256i first = _mm256_set1_epi8(ends.first);
  const __m256i last = _mm256_set1_epi8(ends.last);
  for (;; at = std::min(at + kWidePlaces, ends.last_block)) {
    const char* from = ends.text + at;
    const __m256i begins =
        _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)), first);
    const __m256i stops =
        _mm256_cmpeq_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + ends.distance)), last);
    const auto found = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_and_si256(begins, stops)));
    if (found != 0 || at == ends.last_block) return {at, found};
  }
}

/// `next`: of blocks of that size, of which the text has one at least.
template <std::size_t Block, class Next>
std::size_t find_by_blocks(std::string_view text, std::string_view wanted, std::size_t at, Next next) {
  const std::size_t distance = wanted.size() - 1;
  const Ends ends{text.data(), text.size() - distance - Block, distance, wanted.front(), wanted.back()};
  // Texts made of nothing but beginnings of what is wanted go to the search that cannot be slowed down.
  std::size_t patience = kPlaces + (text.size() - at) / kPlaces;
  for (;;) {
    auto [block, found] = next(ends, at);
    for (; found != 0; found &= found - 1) {
      const std::size_t place = block + static_cast<std::size_t>(std::countr_zero(found));
      if (same_bytes(text.data() + place, wanted.data(), wanted.size())) return place;
      if (--patience == 0) return find_plainly(text, wanted, block);
    }
    if (block == ends.last_block) return std::string_view::npos;
    at = std::min(block + Block, ends.last_block);
  }
}
#endif

}  // namespace

#if defined(__x86_64__)
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t at) {
  static const bool kIsWide = __builtin_cpu_supports("avx2") != 0;
  if (wanted.empty()) return at <= text.size() ? at : std::string_view::npos;
  const std::size_t needed = at + wanted.size() - 1;
  if (text.size() < needed + kPlaces) return text.find(wanted, at);
  if (text.size() < needed + kWidePlaces || !kIsWide)
    return find_by_blocks<kPlaces>(text, wanted, at, next_places);
  return find_by_blocks<kWidePlaces>(text, wanted, at, next_wide_places);
}
#else
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t at) {
  return at <= text.size() ? find_plainly(text, wanted, at) : std::string_view::npos;
}
#endif

}  // namespace riposte
