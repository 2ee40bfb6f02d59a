/// A set of small numbers that is emptied at once, however many were in it.
///
/// Threads: one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace riposte {

class QuickSet {
 public:
  /// Nothing is in it any more; numbers below `size` may be.
  void clear(std::size_t size) {
    if (rounds_.size() < size) rounds_.resize(size);
    if (++round_ != 0) return;
    std::ranges::fill(rounds_, 0);
    ++round_;
  }

  bool has(std::uint32_t number) const { return rounds_[number] == round_; }

  /// False when it was there already.
  bool insert(std::uint32_t number) {
    if (has(number)) return false;
    rounds_[number] = round_;
    return true;
  }

 private:
  std::vector<std::uint32_t> rounds_;  ///< by number: when it was put in last
  std::uint32_t round_ = 0;
};

}  // namespace riposte
