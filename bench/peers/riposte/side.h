/// One side of a comparison as bench/peers/side.md describes it: the commands of run.py, answered by one
/// engine.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "bench/padded_lines.h"

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

std::size_t resident_bytes();

}  // namespace riposte::bench
