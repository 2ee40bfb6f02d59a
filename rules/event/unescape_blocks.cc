#include "rules/event/unescape_blocks.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace riposte {

#if defined(__x86_64__)
bool can_unescape_blocks() {
  static const bool kCan = __builtin_cpu_supports("avx512bw") != 0 &&
                           __builtin_cpu_supports("avx512vbmi") != 0 &&
                           __builtin_cpu_supports("avx512vbmi2") != 0;
  return kCan;
}

__attribute__((target("avx512bw,avx512vbmi,avx512vbmi2,bmi2,popcnt"))) std::int64_t unescape_blocks(
    const char* record, char* to, StringPlace string, const EscapeCursor& escapes) {
  constexpr std::uint32_t kBlockBytes = 64;
  const __m512i low_letters = _mm512_loadu_si512(kEscapeMeaning.data());
  const __m512i high_letters = _mm512_loadu_si512(kEscapeMeaning.data() + kBlockBytes);
  const char* const begin = to;
  std::uint64_t open = 0;  // 1: the last byte before the block begins an escape
  for (std::uint32_t at = string.begin; at < string.end; at += kBlockBytes) {
    const std::uint32_t size = std::min(string.end - at, kBlockBytes);
    const std::uint64_t inside = ~std::uint64_t{0} >> (kBlockBytes - size);
    const std::uint64_t begins = escapes.bits_from(at) & inside;
    const std::uint64_t letters = ((begins << 1U) | open) & inside;
    open = begins >> (kBlockBytes - 1);
    const __m512i bytes = _mm512_maskz_loadu_epi8(inside, record + at);
    const __m512i meanings = _mm512_permutex2var_epi8(low_letters, bytes, high_letters);
    // Seven bits choose the meaning: the eighth must not be set.
    if ((letters & (_mm512_testn_epi8_mask(meanings, meanings) | _mm512_movepi8_mask(bytes))) != 0) return -1;
    const std::uint64_t kept = inside & ~begins;
    const auto count = static_cast<unsigned>(std::popcount(kept));
    const __m512i text = _mm512_maskz_compress_epi8(kept, _mm512_mask_mov_epi8(bytes, letters, meanings));
    _mm512_mask_storeu_epi8(to, _bzhi_u64(~std::uint64_t{0}, count), text);
    to += count;
  }
  return to - begin;
}
#else
bool can_unescape_blocks() { return false; }

std::int64_t unescape_blocks(const char*, char*, StringPlace, const EscapeCursor&) { return -1; }
#endif

}  // namespace riposte
