/// A history in files of one JSON object per line. A record's stream is its file, its offset the line from 1.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ports/history.h"

namespace riposte {

class FileHistory final : public History {
 public:
  /// Sees to it that every file can be read before any is. Errors: not_found, invalid.
  static Result<std::unique_ptr<History>> open(std::vector<std::string> sources);

  Result<void> read(const See& see) override;
  /// Units: bytes.
  std::uint64_t total() const override;
  std::uint64_t done() const override { return done_; }

 private:
  explicit FileHistory(std::vector<std::string> sources) : sources_(std::move(sources)) {}

  const std::vector<std::string> sources_;
  std::uint64_t done_ = 0;
};

}  // namespace riposte
