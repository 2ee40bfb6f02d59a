/// Ends, stops or continues a process, and says honestly what can be seen of it.
///
/// The way of every order: open a handle on the process, compare its identity with what is meant, ask what is
/// protected, signal through the handle, look for the effect. The handle comes first: a number that is
/// recycled after that leads nowhere instead of to a stranger. look_at() does the first half and changes
/// nothing, act_on() the second, so that what was found can be recorded in between.
///
/// Limits: at most kConfirmationWait for the effect. Processes of other PID namespaces only under the number
///         they have in this program's own.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "agent/process/meant_process.h"
#include "agent/process/pidfd.h"
#include "agent/process/process_identity.h"
#include "agent/process/protected_processes.h"
#include "engine/base/result_word.h"

namespace riposte {

/// How long an order waits to see its effect. What takes longer sits in the kernel (uninterruptible) and is
/// reported so.
inline constexpr std::chrono::milliseconds kConfirmationWait{2000};

/// A process that cannot be another one any more, and who it is.
struct Pinned {
  Pidfd handle;
  ProcessIdentity identity;
};

/// Errors: those of Pidfd::open and read_process.
Result<Pinned> pin(std::int32_t pid);

/// What an order makes of a process: the state that it is to have, and how.
struct Treatment {
  int signal;
  std::string_view signal_name;
  RunState wanted;
  std::string_view done;  ///< "ended"
};
Treatment treatment_for(RunState wanted);

struct Signalled {
  ResultWord word = ResultWord::error;
  std::string detail;
  std::optional<ProcessIdentity> seen{};        ///< as it was before the signal
  std::optional<std::uint64_t> signal_ticks{};  ///< when it was signalled, in ticks since boot
};

/// The process, pinned; or why there is none to signal: it is not the one that is meant, it is protected, it
/// has gone.
std::expected<Pinned, Signalled> find_target(const MeantProcess& meant, RunState wanted,
                                             const ProtectedProcesses& guards);
/// As find_target, and nothing is to be done where it is already as wanted.
std::expected<Pinned, Signalled> look_at(const MeantProcess& meant, RunState wanted,
                                         const ProtectedProcesses& guards);

/// `patience`: one that is to end is first asked to (SIGTERM), and has so long to comply.
Signalled act_on(const Pinned& target, RunState wanted, const std::stop_token& stop, Duration patience = {});

}  // namespace riposte
