/// Questions about many bytes at once, answered with a bit for each.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace riposte {

#if defined(__SSE2__)
inline __m128i sixteen_bytes(const char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

inline std::uint32_t bits_of(__m128i bytes) { return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes)); }

/// Copies 16 bytes at once: what is written may be what is read.
inline void copy_sixteen(const char* from, char* to) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), sixteen_bytes(from));
}

/// Of 32 bytes those that are no digits.
inline std::uint32_t other_than_digits(const char* from) {
  const __m128i zero = _mm_set1_epi8('0');
  const __m128i nine = _mm_set1_epi8(9);
  const __m128i low = _mm_sub_epi8(sixteen_bytes(from), zero);
  const __m128i high = _mm_sub_epi8(sixteen_bytes(from + 16), zero);
  const std::uint32_t digits = bits_of(_mm_cmpeq_epi8(_mm_min_epu8(low, nine), low)) |
                               (bits_of(_mm_cmpeq_epi8(_mm_min_epu8(high, nine), high)) << 16U);
  return ~digits;
}

/// Whether 32 bytes are the same, those aside that are not in `mask`.
inline bool same_where(const char* a, const char* b, std::uint32_t mask) {
  const std::uint32_t low = bits_of(_mm_cmpeq_epi8(sixteen_bytes(a), sixteen_bytes(b)));
  const std::uint32_t high = bits_of(_mm_cmpeq_epi8(sixteen_bytes(a + 16), sixteen_bytes(b + 16)));
  return (~(low | (high << 16U)) & mask) == 0;
}

/// Copies 64 bytes and says which of them are `wanted`.
inline std::uint64_t copy_and_find(const char* from, char* to, char wanted) {
  const __m128i pattern = _mm_set1_epi8(wanted);
  std::uint64_t found = 0;
  for (unsigned at = 0; at < 64; at += 16) {
    const __m128i bytes = sixteen_bytes(from + at);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), bytes);
    found |= std::uint64_t{bits_of(_mm_cmpeq_epi8(bytes, pattern))} << at;
  }
  return found;
}
#else
inline bool same_where(const char* a, const char* b, std::uint32_t mask) {
  for (unsigned at = 0; at < 32; ++at)
    if ((mask >> at & 1U) != 0 && a[at] != b[at]) return false;
  return true;
}

inline void copy_sixteen(const char* from, char* to) { std::memmove(to, from, 16); }

inline std::uint32_t other_than_digits(const char* from) {
  std::uint32_t others = 0;
  for (unsigned at = 0; at < 32; ++at)
    others |= std::uint32_t{from[at] < '0' || from[at] > '9' ? 1U : 0U} << at;
  return others;
}

inline std::uint64_t copy_and_find(const char* from, char* to, char wanted) {
  std::uint64_t found = 0;
  for (unsigned at = 0; at < 64; ++at) {
    to[at] = from[at];
    found |= std::uint64_t{from[at] == wanted ? 1U : 0U} << at;
  }
  return found;
}
#endif

}  // namespace riposte
