/// Events as a reader wants them that reads in place: one behind the other, each followed by bytes that may
/// be read, too.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace riposte::bench {

class PaddedLines {
 public:
  PaddedLines() = default;
  /// The lines of a file. Throws std::runtime_error when it has none, or cannot be read.
  explicit PaddedLines(const std::string& path);
  /// What was read before may move.
  void add(std::string_view line);
  std::size_t size() const { return places_.size(); }
  std::string_view operator[](std::size_t line) const {
    return std::string_view(bytes_).substr(places_[line].begin, places_[line].size);
  }
  /// From the line's begin to the end of what may be read.
  std::size_t capacity(std::size_t line) const;
  /// Of all lines, padding left out.
  std::size_t bytes() const;

 private:
  struct Place {
    std::size_t begin;
    std::size_t size;
  };
  std::string bytes_;
  std::vector<Place> places_;
};

}  // namespace riposte::bench
