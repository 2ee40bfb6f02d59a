/// Remembers what was found in values that were searched before: most values of real events repeat.
///
/// Limits:  kRingBytes of texts and kEntries values, the oldest forgotten first. Nothing rests on a hash
/// alone: texts are compared in full. Threads: one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/same_bytes.h"

namespace riposte {

class ValueMemo {
 public:
  static constexpr std::size_t kHitsMax = 6;
  /// Shorter values are searched as fast as they are found here; longer ones take too much of the memory.
  static constexpr std::size_t kTextMin = 16;
  static constexpr std::size_t kTextMax = 2048;
  static bool takes(std::string_view text) { return text.size() >= kTextMin && text.size() <= kTextMax; }

  struct Entry {
    std::uint64_t hash = 0;
    std::uint64_t text = 0;  ///< how many bytes had been written into the ring before it
    std::uint32_t length = 0;
    std::uint32_t field = 0;
    std::uint32_t ways = 0;  ///< in which it was searched; 0: nothing is here
    std::uint32_t hits = 0;
    std::array<std::uint32_t, kHitsMax> literals{};
  };

  /// The value will be asked for soon.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&entries_[hash % kEntries]); }
  /// What is known of the value; null when it was not searched in all of these ways. `hash`: of the text and
  /// the field.
  const Entry* find(std::uint64_t hash, std::uint32_t field, std::uint32_t ways,
                    std::string_view text) const {
    const Entry& entry = entries_[hash % kEntries];
    const bool is_known = entry.hash == hash && entry.field == field && entry.length == text.size() &&
                          (entry.ways & ways) == ways && written_ - entry.text <= kRingBytes;
    if (!is_known || !same_bytes(ring_.data() + entry.text % kRingBytes, text.data(), text.size()))
      return nullptr;
    return &entry;
  }

  /// `hits`: everything that the ways found; values in which much is found are not kept.
  void keep(std::uint64_t hash, std::uint32_t field, std::uint32_t ways, std::string_view text,
            std::span<const std::uint32_t> hits);
  void clear();

 private:
  static constexpr std::size_t kEntries = std::size_t{1} << 14;
  static constexpr std::size_t kRingBytes = std::size_t{1} << 21;

  std::vector<Entry> entries_ = std::vector<Entry>(kEntries);
  std::vector<char> ring_ = std::vector<char>(kRingBytes);
  std::uint64_t written_ = 0;
};

}  // namespace riposte
