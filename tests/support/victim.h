/// A harmless process that a test starts, may do anything to, and always gets rid of.
#pragma once

#include <array>
#include <csignal>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace riposte::test {

class Victim {
 public:
  /// Sleeps for longer than any test.
  Victim() : Victim({"/bin/sleep", "600"}) {}

  explicit Victim(std::initializer_list<const char*> argv) {
    std::vector<char*> arguments;
    for (const char* argument : argv) arguments.push_back(const_cast<char*>(argument));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ != 0) {
      wait_for_exec();
      return;
    }
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }

  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  ~Victim() { end(); }

  pid_t pid() const { return pid_; }

  /// Kills it and collects its status: its number is free again.
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  /// Waits until it has ended, without collecting its status: a zombie.
  void wait_until_zombie() const {
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT);
  }

  /// The letter in its stat line.
  char state() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
    std::string line;
    std::getline(file, line);
    const auto name_ends = line.rfind(')');
    return name_ends == std::string::npos ? '?' : line.at(name_ends + 2);
  }

 private:
  /// Until the fork has become the program, /proc shows the test in its place, and for a moment nothing at
  /// all.
  void wait_for_exec() const {
    const std::string self = link_of("/proc/self/exe");
    const std::string place = "/proc/" + std::to_string(pid_);
    for (int i = 0; i < 5000 && state() != 'Z'; ++i) {
      const std::string program = link_of(place + "/exe");
      std::ifstream arguments(place + "/cmdline");
      if (!program.empty() && program != self && arguments.get() != std::ifstream::traits_type::eof()) return;
      ::usleep(1000);
    }
  }

  static std::string link_of(const std::string& path) {
    std::array<char, 4096> target{};
    const auto length = ::readlink(path.c_str(), target.data(), target.size());
    return length < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(length));
  }

  pid_t pid_ = 0;
};

}  // namespace riposte::test
