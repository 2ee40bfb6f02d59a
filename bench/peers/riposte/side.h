/// One side of a comparison as bench/peers/side.md describes it: the commands of run.py, answered by one
/// engine.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace riposte::bench {

class Side {
 public:
  virtual ~Side() = default;
  /// How many rules the event matches.
  virtual std::size_t matches(std::size_t event) = 0;
  /// Which, of the event that was asked last.
  virtual std::vector<std::string> names() = 0;
};

/// What a side says of itself before the first command.
struct Readiness {
  std::size_t rules = 0;
  std::size_t refused = 0;
  std::chrono::duration<double> compile{};
  std::size_t resident_bytes = 0;  ///< added by compiling
};

/// Answers until the input ends. Throws std::runtime_error when a command is none.
void serve(Side& side, std::size_t events, const Readiness& readiness, std::istream& commands,
           std::ostream& answers);

/// The lines of a file one behind the other, each followed by the bytes that simdjson reads behind a
/// document.
class PaddedLines {
 public:
  /// Throws std::runtime_error when the file cannot be read.
  explicit PaddedLines(const std::string& path);
  std::size_t size() const { return places_.size(); }
  std::string_view operator[](std::size_t line) const {
    return std::string_view(bytes_).substr(places_[line].begin, places_[line].size);
  }
  /// From the line's begin to the end of what may be read.
  std::size_t capacity(std::size_t line) const;

 private:
  struct Place {
    std::size_t begin;
    std::size_t size;
  };
  std::string bytes_;
  std::vector<Place> places_;
};

std::size_t resident_bytes();

}  // namespace riposte::bench
