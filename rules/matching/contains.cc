#include "rules/matching/contains.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace riposte {
namespace {

/// glibc's is linear, but slow to start.
bool contains_plainly(std::string_view text, std::string_view wanted) {
  return ::memmem(text.data(), text.size(), wanted.data(), wanted.size()) != nullptr;
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

bool contains(std::string_view text, std::string_view wanted) {
  if (wanted.empty()) return true;
  if (wanted.size() > text.size()) return false;
#if defined(__SSE2__)
  const std::size_t distance = wanted.size() - 1;
  const __m128i first = _mm_set1_epi8(wanted.front());
  const __m128i last = _mm_set1_epi8(wanted.back());
  // Texts made of nothing but beginnings of what is wanted go to the search that cannot be slowed down.
  std::size_t patience = 16 + text.size() / 16;
  std::size_t at = 0;
  for (; at + distance + kBlock <= text.size(); at += kBlock)
    for (std::uint32_t found = places(text.data() + at, distance, first, last); found != 0;
         found &= found - 1) {
      const char* begin = text.data() + at + std::countr_zero(found);
      if (std::memcmp(begin, wanted.data(), wanted.size()) == 0) return true;
      if (--patience == 0) return contains_plainly(text.substr(at), wanted);
    }
  return contains_plainly(text.substr(at), wanted);
#else
  return contains_plainly(text, wanted);
#endif
}

}  // namespace riposte
