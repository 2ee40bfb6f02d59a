#include "rules/matching/contains.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
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

#if defined(__SSE2__)
constexpr std::size_t kBlock = sizeof(__m128i);

__m128i block_at(const char* from) {
  __m128i block;
  std::memcpy(&block, from, sizeof block);
  return block;
}

/// Places of a block at which both bytes stand, each at its distance.
std::uint32_t places(const char* from, std::size_t distance, __m128i first, __m128i last) {
  const __m128i begins = _mm_cmpeq_epi8(block_at(from), first);
  const __m128i ends = _mm_cmpeq_epi8(block_at(from + distance), last);
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_and_si128(begins, ends)));
}
#endif

}  // namespace

#if defined(__SSE2__)
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t at) {
  if (wanted.empty()) return at <= text.size() ? at : std::string_view::npos;
  const std::size_t distance = wanted.size() - 1;
  if (text.size() < at + distance + kBlock) return text.find(wanted, at);
  const __m128i first = _mm_set1_epi8(wanted.front());
  const __m128i last = _mm_set1_epi8(wanted.back());
  // Texts made of nothing but beginnings of what is wanted go to the search that cannot be slowed down.
  std::size_t patience = kBlock + (text.size() - at) / kBlock;
  const std::size_t last_block = text.size() - distance - kBlock;
  for (;; at = std::min(at + kBlock, last_block)) {
    for (std::uint32_t found = places(text.data() + at, distance, first, last); found != 0;
         found &= found - 1) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(found));
      if (same_bytes(text.data() + place, wanted.data(), wanted.size())) return place;
      if (--patience == 0) return find_plainly(text, wanted, at);
    }
    if (at == last_block) return std::string_view::npos;
  }
}
#else
std::size_t find_text(std::string_view text, std::string_view wanted, std::size_t at) {
  return at <= text.size() ? find_plainly(text, wanted, at) : std::string_view::npos;
}
#endif

}  // namespace riposte
