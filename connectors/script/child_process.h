/// One program run with a bound on everything: time, output, and what it may inherit.
///
/// The program gets its own session and process group, default signals, no open file but its standard ones,
/// exactly the given environment, no privileges by set-user-id, and dies with the engine. Its standard input
/// is a sealed file in memory: it ends by itself, and a program that never reads it holds nobody up. At the
/// time limit its group gets SIGTERM, kTermGrace later SIGKILL. What the program leaves behind in its group
/// when it exits is killed too; who needs a lasting service asks the service manager for one.
///
/// Threads: any number of calls at once; safe in a program with threads.
/// Limits:  a call ends within timeout + grace + kKillWait + kDrainWait. A program stuck in the kernel for
/// longer is
///          given up and reported as timed out. Descendants that open a session of their own are not
///          followed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace riposte {

/// Time to tidy up after SIGTERM.
inline constexpr Duration kTermGrace = std::chrono::seconds(2);
/// SIGKILL is immediate but for a program inside the kernel.
inline constexpr Duration kKillWait = std::chrono::seconds(2);
/// A background descendant may hold the output open; this long is waited for the last words of the program
/// itself.
inline constexpr Duration kDrainWait = std::chrono::milliseconds(500);

struct ChildCommand {
  std::vector<std::string> argv;         ///< the first is the absolute path of the program
  std::vector<std::string> environment;  ///< "NAME=value", all of it
  std::string directory;                 ///< to run in
  std::string stdin_bytes;
  Duration timeout{};
  Duration term_grace = kTermGrace;
  std::size_t output_limit =
      0;  ///< bytes of standard output and error together; the rest is read and counted
};

struct ChildResult {
  enum class End : std::uint8_t { exited, signalled, timed_out, stopped };
  End end = End::exited;
  int code = 0;  ///< exit status, or the signal
  std::string output;
  std::uint64_t discarded = 0;  ///< bytes of output beyond the limit
  bool left_behind = false;     ///< descendants held the output after it had exited

  bool succeeded() const { return end == End::exited && code == 0; }
};

/// Errors: unavailable (no memory, process or descriptor left), invalid (the program cannot be started). In
/// both cases
///         nothing has run.
Result<ChildResult> run_child(const ChildCommand& command, const std::stop_token& stop);

}  // namespace riposte
