/// A program on a host of a lab that is started and ended as one likes.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/lab.h"

namespace riposte::test {

/// How long anything may take that takes a moment on an idle machine.
inline constexpr std::chrono::seconds kSoonEnough{20};
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = kSoonEnough);

class Program {
 public:
  /// `log`: what it writes is added there. `crash_at`: as RIPOSTE_CRASH_AT.
  void start(const Host& host, const std::vector<std::string>& argv, const std::filesystem::path& log,
             const std::string& crash_at = {});
  bool runs() const;
  void signal(int number) const;
  void kill();
  /// As an administrator does; false when it had to be killed after kSoonEnough.
  bool end();

 private:
  pid_t pid_ = 0;
};

/// What of it can be read: that of a process may go while it is looked at.
std::string contents_of(const std::filesystem::path& path);

}  // namespace riposte::test
