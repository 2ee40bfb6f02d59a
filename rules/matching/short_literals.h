/// Where in a text one of some short literals may begin, thirty-two places at a time.
///
/// The idea is Teddy's (of Hyperscan): each of the four bytes of a gram is looked up by its two halves in
/// tables of sixteen, which give the set of buckets that it can belong to.
///
/// Limits:  only where the processor has AVX2: is_available().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace riposte {

class ShortLiterals {
 public:
  static constexpr std::size_t kGram = 4;
  /// More of them, and too many places would look like one.
  static constexpr std::size_t kGramsMax = 96;
  static bool is_available();

  explicit ShortLiterals(std::span<const std::uint32_t> grams);

  /// Fills `places` with those at which a gram may stand: all at which one does, and few others.
  void find(std::string_view text, std::vector<std::uint32_t>& places) const;

 private:
  using Table = std::array<std::uint8_t, 16>;

  std::array<Table, kGram> low_{};   ///< by the lower half of each byte: its buckets
  std::array<Table, kGram> high_{};  ///< by the upper half
};

}  // namespace riposte
