/// The descriptors that a child process needs, owned.
///
/// Every one of them lies above the standard three, so that wiring those up never overwrites another.
#pragma once

#include <string>
#include <utility>

#include "engine/base/error.h"

namespace riposte {

class ChildFile {
 public:
  ChildFile() = default;
  explicit ChildFile(int fd) : fd_(fd) {}
  ChildFile(ChildFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ChildFile& operator=(ChildFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ChildFile(const ChildFile&) = delete;
  ChildFile& operator=(const ChildFile&) = delete;
  ~ChildFile() { reset(); }

  int fd() const { return fd_; }  ///< -1: none
  void reset();

 private:
  int fd_ = -1;
};

struct ChildPipe {
  ChildFile read_end;  ///< does not block
  ChildFile write_end;
};

/// Errors: unavailable.
Result<ChildPipe> open_child_pipe();
/// A sealed file in memory that holds `bytes`, to be read from its beginning. Errors: unavailable.
Result<ChildFile> open_sealed_bytes(const std::string& bytes);

}  // namespace riposte
