/// What is hashed of literals and of values: the same on both sides.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "rules/matching/literal_index.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace riposte::literals {

/// What is hashed of a value. Front and back: as many bytes as a power of two says, the largest that fits.
enum Kind : std::uint32_t {
  whole_value,
  front_1,
  front_2,
  front_4,
  front_8,
  front_16,
  front_32,
  back_1,
  back_2,
  back_4,
  back_8,
  back_16,
  back_32,
  grams_by_4,
  grams_by_2,
  grams_by_1,
  pairs,
  wide_grams,  ///< of short literals with a byte beyond ASCII, at every place of values that have one
  wide_pairs,
};
constexpr std::uint32_t kEdges = 6;  ///< of each side
constexpr std::uint32_t kEdgeWays = (1U << (2 * kEdges)) - 1;
constexpr std::uint32_t kWideWays = (1U << wide_grams) | (1U << wide_pairs);

constexpr std::size_t kGram = 4;
constexpr std::size_t kBy4Min = kGram + 3;
constexpr std::size_t kBy2Min = kGram + 1;
constexpr std::size_t kBy1Min = kGram;

/// Bits of a filter per entry: few of what is not there get through.
constexpr std::size_t kFilterBitsPerEntry = 32;
constexpr std::size_t kFilterBitsMin = 1 << 12;
constexpr std::size_t kGramBitsPerEntry = 64;
constexpr std::size_t kGramBitsMax = 1 << 20;  ///< half of a second-level cache, at most

/// Without a branch, so that the compiler takes many bytes at a time.
inline bool all_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

inline std::uint64_t seed_of(std::uint32_t field, std::uint32_t kind) {
  constexpr std::uint64_t kFieldOdd = 0x9E3779B97F4A7C15;
  constexpr std::uint64_t kKindOdd = 0xC2B2AE3D27D4EB4F;
  return (field + 1) * kFieldOdd ^ (kind + 1) * kKindOdd;
}

inline std::uint64_t mix(std::uint64_t word, std::uint64_t seed) {
  constexpr std::uint64_t kOdd = 0xFF51AFD7ED558CCD;
  const std::uint64_t once = (word ^ seed) * kOdd;
  return (once ^ (once >> 32)) * kOdd;
}

template <class Word>
std::uint64_t load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Of 2^edge bytes.
inline std::uint64_t edge_hash(const char* from, std::uint32_t edge, std::uint64_t seed) {
  switch (edge) {
    case 0:
      return mix(load<std::uint8_t>(from), seed);
    case 1:
      return mix(load<std::uint16_t>(from), seed);
    case 2:
      return mix(load<std::uint32_t>(from), seed);
    case 3:
      return mix(load<std::uint64_t>(from), seed);
    case 4:
      return mix(load<std::uint64_t>(from) ^ std::rotl(mix(load<std::uint64_t>(from + 8), seed), 7), seed);
    default:
      return XXH3_64bits_withSeed(from, std::size_t{1} << edge, seed);
  }
}

inline std::uint64_t whole_hash(std::string_view text, std::uint32_t field) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed_of(field, whole_value));
}

inline Anchor anchor_of(std::uint32_t kind) {
  if (kind == whole_value) return Anchor::whole;
  return kind < back_1 ? Anchor::front : kind < grams_by_4 ? Anchor::back : Anchor::anywhere;
}

}  // namespace riposte::literals
