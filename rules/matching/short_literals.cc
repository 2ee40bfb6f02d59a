#include "rules/matching/short_literals.h"

#include <algorithm>
#include <bit>
#include <cstring>

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

#if defined(__x86_64__)
namespace {

constexpr std::size_t kPlacesAtOnce = sizeof(__m256i);
/// What a block's places are judged by.
constexpr std::size_t kJudgedBytes = kPlacesAtOnce + ShortLiterals::kGram - 1;

struct Tables {
  __m256i low[ShortLiterals::kGram];
  __m256i high[ShortLiterals::kGram];
};

/// A bit for each place of the block where a gram may stand.
__attribute__((target("avx2"), always_inline)) inline std::uint32_t places_of(const char* block,
                                                                              const Tables& tables) {
  const __m256i mask = _mm256_set1_epi8(kHalfMask);
  __m256i buckets = _mm256_set1_epi8(-1);
  for (std::size_t i = 0; i < ShortLiterals::kGram; ++i) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block + i));
    const __m256i by_low = _mm256_shuffle_epi8(tables.low[i], _mm256_and_si256(bytes, mask));
    const __m256i by_high =
        _mm256_shuffle_epi8(tables.high[i], _mm256_and_si256(_mm256_srli_epi16(bytes, kHalf), mask));
    buckets = _mm256_and_si256(buckets, _mm256_and_si256(by_low, by_high));
  }
  return ~static_cast<std::uint32_t>(
      _mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, _mm256_setzero_si256())));
}

void add(std::uint32_t found, std::size_t block, std::vector<std::uint32_t>& places) {
  for (; found != 0; found &= found - 1)
    places.push_back(static_cast<std::uint32_t>(block) + static_cast<std::uint32_t>(std::countr_zero(found)));
}

}  // namespace

__attribute__((target("avx2"))) void ShortLiterals::find(std::string_view text,
                                                         std::vector<std::uint32_t>& places) const {
  places.clear();
  if (text.size() < kGram) return;
  Tables tables;
  for (std::size_t i = 0; i < kGram; ++i) {
    tables.low[i] =
        _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(low_[i].data())));
    tables.high[i] =
        _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(high_[i].data())));
  }
  std::size_t at = 0;
  for (; at + kJudgedBytes <= text.size(); at += kPlacesAtOnce)
    add(places_of(text.data() + at, tables), at, places);
  const std::size_t left = text.size() - at;
  if (left < kGram) return;
  std::array<char, kJudgedBytes> last{};
  std::memcpy(last.data(), text.data() + at, left);
  const std::uint32_t its_own = (std::uint32_t{1} << (left - kGram + 1)) - 1;
  add(places_of(last.data(), tables) & its_own, at, places);
}
#else
void ShortLiterals::find(std::string_view, std::vector<std::uint32_t>& places) const { places.clear(); }
#endif

}  // namespace riposte
