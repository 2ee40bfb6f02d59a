/// A number beside the database that only grows: how many commits it has seen.
///
/// RocksDB opens as if nothing had been when its newest log file is missing. The number tells: a database
/// that knows fewer commits than this has lost some. Limits: written at most once per interval, so a loss of
/// the very last commits only goes unnoticed here.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "engine/base/error.h"

namespace riposte {

class HighWater {
 public:
  explicit HighWater(std::filesystem::path file) : file_(std::move(file)) {}

  /// 0 when there is no file yet. Errors: corrupt.
  Result<std::uint64_t> read() const;
  /// Called after each durable commit; writes now and then. A failure only makes the mark older.
  void raise(std::uint64_t commits);
  /// Writes now.
  void write(std::uint64_t commits);

 private:
  static constexpr std::chrono::seconds kInterval{1};
  std::filesystem::path file_;
  std::chrono::steady_clock::time_point written_at_{};
};

}  // namespace riposte
