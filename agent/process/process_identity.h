/// Which process a number stands for right now: number, start and boot together are never used twice.
///
/// Units:   start_ticks count from boot, sysconf(_SC_CLK_TCK) per second (10 ms on every common kernel).
/// Limits:  numbers are those of this program's own PID namespace. Whoever reads an identity without holding
///          a Pidfd on the process may be looking at its successor a moment later.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/process/process_stat.h"
#include "engine/base/clock.h"
#include "engine/base/error.h"

namespace riposte {

/// `gone`: ended in every thread, even if nobody has collected its exit status yet.
enum class RunState : std::uint8_t { running, stopped, gone };

struct ProcessIdentity {
  std::int32_t pid = 0;
  std::int32_t parent = 0;
  std::uint64_t start_ticks = 0;
  std::string boot_id;
  std::string executable;  ///< raw bytes of the exe link; empty where there is none or it may not be read
  WallTime started_at;
  RunState run_state = RunState::running;
  char state = '?';  ///< of the leading thread
  bool kernel_thread = false;
};

/// Errors: not_found; unavailable (it exists, but /proc does not show it or cannot be read: hidepid, missing
/// mount).
Result<ProcessIdentity> read_process(std::int32_t pid);

/// Every process that /proc shows.
std::vector<ProcessStat> list_processes();

/// Identity of this boot of the machine. Errors: unavailable.
Result<std::string> read_boot_id();

/// Ticks since boot, now: later than the start of everything that runs.
std::uint64_t ticks_since_boot();

/// The arguments separated by spaces, fit to be shown, cut at kCommandLineMax bytes. Empty when it cannot be
/// read.
std::string command_line_of(std::int32_t pid);
inline constexpr std::size_t kCommandLineMax = 1024;

/// The numeric user that owns the process, or empty.
std::string user_id_of(std::int32_t pid);

/// The users that it runs as: the real, the effective, the saved one and that of its file accesses. Empty
/// optional when they cannot be read.
std::optional<std::set<std::uint32_t>> users_of_process(std::int32_t pid);

/// The process, its parent, and so on up to the first; bounded, so that a changing tree cannot hold anybody
/// up.
std::vector<std::int32_t> ancestry_of(std::int32_t pid);

/// A process that runs `executable` and was started at or after `start_ticks`.
std::optional<ProcessIdentity> find_successor(const std::string& executable, std::uint64_t start_ticks);

}  // namespace riposte
