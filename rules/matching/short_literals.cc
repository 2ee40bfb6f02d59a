#include "rules/matching/short_literals.h"

#include <algorithm>
#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace riposte {
namespace {

constexpr std::size_t kBuckets = 8;
constexpr unsigned kHalf = 4;
constexpr std::uint8_t kHalfMask = 0x0F;

std::uint8_t byte_of(std::uint32_t gram, std::size_t at) {
  return static_cast<std::uint8_t>(gram >> (8 * at));
}

}  // namespace

bool ShortLiterals::is_available() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

ShortLiterals::ShortLiterals(std::span<const std::uint32_t> grams) {
  // Neighbours in one bucket have halves in common, and so let less through.
  std::vector<std::uint32_t> sorted(grams.begin(), grams.end());
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto bucket = static_cast<std::uint8_t>(1U << (i * kBuckets / sorted.size()));
    for (std::size_t at = 0; at < kGram; ++at) {
      low_[at][byte_of(sorted[i], at) & kHalfMask] |= bucket;
      high_[at][byte_of(sorted[i], at) >> kHalf] |= bucket;
    }
  }
}

bool ShortLiterals::may_stand(const char* from) const {
  unsigned buckets = (1U << kBuckets) - 1;
  for (std::size_t at = 0; at < kGram; ++at) {
    const auto byte = static_cast<std::uint8_t>(from[at]);
    buckets &= static_cast<unsigned>(low_[at][byte & kHalfMask] & high_[at][byte >> kHalf]);
  }
  return buckets != 0;
}

void ShortLiterals::find(std::string_view text, std::vector<std::uint32_t>& places) const {
  places.clear();
  for (std::size_t at = find_by_blocks(text, places); at + kGram <= text.size(); ++at)
    if (may_stand(text.data() + at)) places.push_back(static_cast<std::uint32_t>(at));
}

#if defined(__x86_64__)
/// The place behind the last whole block.
__attribute__((target("avx2"))) std::size_t ShortLiterals::find_by_blocks(
    std::string_view text, std::vector<std::uint32_t>& places) const {
  constexpr std::size_t kPlacesAtOnce = sizeof(__m256i);
  __m256i low[kGram];
  __m256i high[kGram];
  for (std::size_t i = 0; i < kGram; ++i) {
    low[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(low_[i].data())));
    high[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(high_[i].data())));
  }
  const __m256i mask = _mm256_set1_epi8(kHalfMask);
  const __m256i none = _mm256_setzero_si256();
  std::size_t at = 0;
  for (; at + kPlacesAtOnce + kGram - 1 <= text.size(); at += kPlacesAtOnce) {
    __m256i buckets = _mm256_set1_epi8(-1);
    for (std::size_t i = 0; i < kGram; ++i) {
      const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at + i));
      const __m256i by_low = _mm256_shuffle_epi8(low[i], _mm256_and_si256(bytes, mask));
      const __m256i by_high =
          _mm256_shuffle_epi8(high[i], _mm256_and_si256(_mm256_srli_epi16(bytes, kHalf), mask));
      buckets = _mm256_and_si256(buckets, _mm256_and_si256(by_low, by_high));
    }
    auto found = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, none)));
    for (; found != 0; found &= found - 1)
      places.push_back(static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(std::countr_zero(found)));
  }
  return at;
}
#else
std::size_t ShortLiterals::find_by_blocks(std::string_view, std::vector<std::uint32_t>&) const { return 0; }
#endif

}  // namespace riposte
