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
  explicit EscapeCursor(const std::uint64_t* bits) : word_(bits), left_(*bits) { find(); }

  /// Where the next escape begins; behind the record when there is none.
  std::uint32_t next() const { return next_; }
  /// Only while next() is inside the record.
  void advance() {
    left_ &= left_ - 1;
    find();
  }

 private:
  static constexpr std::uint32_t kWordBits = 64;

  void find() {
    while (left_ == 0) {
      left_ = *++word_;
      begin_ += kWordBits;
    }
    next_ = begin_ + static_cast<std::uint32_t>(std::countr_zero(left_));
  }

  const std::uint64_t* word_ = nullptr;
  std::uint64_t left_ = 0;   ///< bits of `word_` not passed yet
  std::uint32_t begin_ = 0;  ///< the byte of its first bit
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
  std::vector<std::uint64_t> bits_;  ///< one per byte, and one behind the last
};

}  // namespace riposte
