#include "bench/padded_lines.h"

#include <fstream>
#include <stdexcept>

namespace riposte::bench {
namespace {

/// At least what simdjson reads behind a document.
constexpr std::size_t kPadding = 64;

}  // namespace

PaddedLines::PaddedLines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) add(line);
  if (places_.empty()) throw std::runtime_error("no events in " + path);
}

void PaddedLines::add(std::string_view line) {
  places_.push_back({bytes_.size(), line.size()});
  bytes_ += line;
  bytes_.append(kPadding, '\0');
}

std::size_t PaddedLines::capacity(std::size_t line) const { return places_[line].size + kPadding; }

std::size_t PaddedLines::bytes() const { return bytes_.size() - kPadding * places_.size(); }

}  // namespace riposte::bench
