#include "bench/padded_lines.h"

#include <fstream>
#include <stdexcept>

namespace riposte::bench {

PaddedLines::PaddedLines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) add(line);
  if (size() == 0) throw std::runtime_error("no events in " + path);
}

}  // namespace riposte::bench
