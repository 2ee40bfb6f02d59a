/// Memory for short-lived texts, handed out piece by piece and taken back all at once.
///
/// Limits:  what it hands out is good until clear().
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace riposte {

class TextArena {
 public:
  std::span<char> take(std::size_t size) {
    while (current_ < chunks_.size() && chunks_[current_].size - used_ < size) next();
    if (current_ == chunks_.size()) add(size);
    char* begin = chunks_[current_].bytes.get() + used_;
    used_ += size;
    return {begin, size};
  }

  std::string_view keep(std::string_view text) {
    const std::span<char> copy = take(text.size());
    std::ranges::copy(text, copy.begin());
    return {copy.data(), copy.size()};
  }

  void clear() {
    current_ = 0;
    used_ = 0;
  }

 private:
  static constexpr std::size_t kChunkMin = std::size_t{16} << 10;
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };

  void next() {
    ++current_;
    used_ = 0;
  }
  void add(std::size_t size) {
    const std::size_t room = std::max(size, kChunkMin);
    chunks_.push_back({std::make_unique_for_overwrite<char[]>(room), room});
    used_ = 0;
  }

  std::vector<Chunk> chunks_;
  std::size_t current_ = 0;
  std::size_t used_ = 0;  ///< of the current one
};

}  // namespace riposte
