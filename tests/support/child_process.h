/// A program that a test runs beside itself and that never outlives the test, however the test ends.
///
/// Threads: one, and it must outlive the child: the kernel ends the child with the thread that started it.
/// Errors:  throws std::system_error when there is no process to be had; a program that cannot be executed
///          exits with 127.
/// Owns:    the process: the destructor kills and reaps it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace riposte::test {

struct Command {
  std::vector<std::string> argv;    ///< argv[0] without a slash is looked for in PATH
  std::filesystem::path directory;  ///< where it runs
  std::filesystem::path output;     ///< stdout and stderr are appended here
};

class ChildProcess {
 public:
  explicit ChildProcess(const Command& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  bool running() { return !wait_for(std::chrono::milliseconds{0}); }
  void signal(int number);

  /// The wait status once the process has ended, nothing when it still runs after `limit`.
  std::optional<int> wait_for(std::chrono::milliseconds limit);

 private:
  pid_t pid_;
  std::optional<int> status_;
};

}  // namespace riposte::test
