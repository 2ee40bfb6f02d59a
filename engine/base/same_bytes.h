/// Equality of short texts, without the call that memcmp costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace riposte {

namespace bytes {

template <class Word>
bool same_words(const char* a, const char* b, std::size_t at) {
  Word left;
  Word right;
  std::memcpy(&left, a + at, sizeof left);
  std::memcpy(&right, b + at, sizeof right);
  return left == right;
}

}  // namespace bytes

/// Compares word by word; the last word overlaps the one before.
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  using Word = std::uint64_t;
  using HalfWord = std::uint32_t;
  if (size >= sizeof(Word)) {
    for (std::size_t at = 0; at + sizeof(Word) < size; at += sizeof(Word))
      if (!bytes::same_words<Word>(a, b, at)) return false;
    return bytes::same_words<Word>(a, b, size - sizeof(Word));
  }
  if (size >= sizeof(HalfWord))
    return bytes::same_words<HalfWord>(a, b, 0) && bytes::same_words<HalfWord>(a, b, size - sizeof(HalfWord));
  for (std::size_t at = 0; at < size; ++at)
    if (a[at] != b[at]) return false;
  return true;
}

}  // namespace riposte
