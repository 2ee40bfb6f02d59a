/// The lines of a file, as a reader wants them that reads in place.
#pragma once

#include <string>

#include "rules/event/padded_events.h"

namespace riposte::bench {

class PaddedLines : public PaddedEvents {
 public:
  PaddedLines() = default;
  /// Throws std::runtime_error when the file has none, or cannot be read.
  explicit PaddedLines(const std::string& path);
};

}  // namespace riposte::bench
