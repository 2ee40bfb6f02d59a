/// A handle on one process, which a recycled number cannot redirect.
///
/// Limits: needs Linux 5.3. Where no handle can be had, nothing is signalled: there is no way around it.
/// Owns:   the file descriptor.
#pragma once

#include <chrono>
#include <cstdint>
#include <utility>

#include "engine/base/error.h"

namespace riposte {

class Pidfd {
 public:
  /// Errors: not_found (no such process), invalid (the number is that of a thread inside a process),
  ///         denied (the kernel or a sandbox offers no such handle), unavailable (out of descriptors).
  static Result<Pidfd> open(std::int32_t pid);

  Pidfd(Pidfd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Pidfd& operator=(Pidfd&& other) noexcept;
  Pidfd(const Pidfd&) = delete;
  Pidfd& operator=(const Pidfd&) = delete;
  ~Pidfd();

  /// Errors: not_found (it has gone), denied (not permitted).
  Result<void> send(int signal) const;
  /// The process has ended in all its threads, reaped or not; waits at most `wait` for that.
  bool has_ended(std::chrono::milliseconds wait = std::chrono::milliseconds(0)) const;

 private:
  explicit Pidfd(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace riposte
