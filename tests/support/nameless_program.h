/// A program that never was a file: in memory only, as loaders leave them.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/owned_fd.h"

namespace riposte::test {

class NamelessProgram {
 public:
  /// Sleeps as /bin/sleep does. `mark`: bytes behind its end, so that its hash is its own.
  explicit NamelessProgram(std::string_view mark) : memory_(::memfd_create("payload", 0)) {
    std::ifstream sleep("/bin/sleep", std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(sleep), {});
    bytes_ += mark;
    if (::write(memory_.get(), bytes_.data(), bytes_.size()) != static_cast<ssize_t>(bytes_.size()))
      throw std::runtime_error("a program in memory could not be written");
  }

  const std::string& bytes() const { return bytes_; }
  /// To run it by; good in this process and its children.
  std::string path() const { return "/proc/self/fd/" + std::to_string(memory_.get()); }

 private:
  OwnedFd memory_;
  std::string bytes_;
};

}  // namespace riposte::test
