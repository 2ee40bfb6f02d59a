/// Work in a process of its own, in the namespaces of another one.
///
/// Errors: throws std::system_error when the machine refuses.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace riposte::test {

/// A process whose namespaces others enter; `none` stays in the caller's own.
struct Place {
  int pidfd = -1;
};
inline constexpr Place kHere{};

/// A wait status as a shell has it: the exit code, or 128 and the signal that killed the process.
int exit_code_of(int wait_status);

struct Ran {
  int code = 0;        ///< as exit_code_of
  std::string output;  ///< what it wrote, errors included
};

/// Runs the program, found by PATH, in `place` until it ends.
Ran run_program(Place place, const std::vector<std::string>& argv, std::string_view input = {});

/// The output of a program that has to succeed; throws std::runtime_error with its output otherwise.
std::string output_of(Place place, const std::vector<std::string>& argv, std::string_view input = {});

/// Runs `work` in `place`; what it returns arrives here. Failed expectations count for the running test.
/// Throws std::runtime_error when the process dies or `work` throws.
std::string told_from(Place place, const std::string& name, const std::function<std::string()>& work);

/// Leaves the program running in `place`. Its number as the caller sees it.
pid_t start_program(Place place, const std::vector<std::string>& argv);

/// Runs `work` in a thread of this process that has the network of `place` and nothing else of it.
void with_network_of(Place place, const std::function<void()>& work);

}  // namespace riposte::test
