/// The numbers of processes in the lab: who has one, and who gets which next.
#pragma once

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>

#include <sys/types.h>
#include <unistd.h>

#include "tests/support/victim.h"

namespace riposte::test {

/// Makes `number`, which has to be free, that of the next process.
inline void give_next(pid_t number) {
  std::ofstream last("/proc/sys/kernel/ns_last_pid");
  last << number - 1 << std::flush;
  if (!last) throw std::runtime_error("/proc/sys/kernel/ns_last_pid is not writable");
}

/// Everything that runs in the lab but for its first process and the test.
inline std::set<pid_t> processes_beside(const std::set<pid_t>& known) {
  std::set<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    std::from_chars(name.data(), name.data() + name.size(), pid);
    if (pid > 1 && pid != ::getpid() && !known.contains(pid)) found.insert(pid);
  }
  return found;
}

/// The letters of all its threads, in the order of their numbers: "SST".
inline std::string states_of(pid_t pid) {
  std::string states;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream file(thread.path() / "stat");
    std::string line;
    std::getline(file, line);
    states += line.at(line.rfind(')') + 2);
  }
  return states;
}

}  // namespace riposte::test
