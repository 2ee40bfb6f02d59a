/// The backslashes of a record that begin an escape, found while the record is copied.
///
/// Threads: one.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace riposte {

/// Goes from escape to escape.
class EscapeCursor {
 public:
  EscapeCursor() = default;
  explicit EscapeCursor(const std::uint64_t* bits) : bits_(bits) { pass(0); }

  /// Where the next escape begins; behind the record when there is none.
  std::uint32_t next() const { return next_; }
  /// Goes to the first one at `place`, which is in the record, or behind it.
  void pass(std::uint32_t place) {
    word_ = place / kWordBits;
    left_ = bits_[word_] >> (place % kWordBits) << (place % kWordBits);
    find();
  }
  /// Goes to the one behind next(), which must be in the record.
  void advance() {
    left_ &= left_ - 1;
    find();
  }
  /// A bit for each of the 64 bytes from `place`, which is in the record: an escape begins there. Those
  /// behind the record are anything.
  std::uint64_t bits_from(std::uint32_t place) const {
    const std::uint64_t* word = bits_ + place / kWordBits;
    const unsigned shift = place % kWordBits;
    return (word[0] >> shift) | (word[1] << 1U << (kWordBits - 1 - shift));
  }

 private:
  static constexpr std::uint32_t kWordBits = 64;

  void find() {
    while (left_ == 0) left_ = bits_[++word_];
    next_ = word_ * kWordBits + static_cast<std::uint32_t>(std::countr_zero(left_));
  }

  const std::uint64_t* bits_ = nullptr;
  std::uint64_t left_ = 0;  ///< bits of the word that are not passed yet
  std::uint32_t word_ = 0;
  std::uint32_t next_ = 0;
};

class EscapePlaces {
 public:
  /// Room for records of so many bytes.
  void reserve(std::size_t bytes);
  /// Copies the bytes, and zeros up to the next multiple of 64 behind them.
  void copy(std::string_view bytes, char* to);
  EscapeCursor cursor() const { return EscapeCursor(bits_.data()); }

 private:
  std::vector<std::uint64_t> bits_;  ///< one per byte, one behind the last, and a word that may be read
};

}  // namespace riposte
