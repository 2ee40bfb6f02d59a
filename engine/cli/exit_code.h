/// The exit codes of the command line, the same for every subcommand. docs/api.md lists them for scripts.
#pragma once

#include "engine/base/error.h"

namespace riposte::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;  ///< what was asked for failed or was refused; `check` found errors
inline constexpr int kExitUsage = 2;    ///< wrong options or arguments, no usable token file
inline constexpr int kExitUnreachable = 3;  ///< the engine does not answer, or says that it cannot now
inline constexpr int kExitDenied = 4;       ///< wrong token, no permission, four eyes
inline constexpr int kExitNotFound = 5;
inline constexpr int kExitConflict = 6;  ///< legal, but too late or too early
/// Of `run`: only a restart can clear it. As sysexits.h has it, so the service manager starts the engine
/// again.
inline constexpr int kExitRestart = 70;

constexpr int exit_code_of(Errc code) {
  switch (code) {
    case Errc::unavailable:
      return kExitUnreachable;
    case Errc::denied:
      return kExitDenied;
    case Errc::not_found:
      return kExitNotFound;
    case Errc::conflict:
      return kExitConflict;
    case Errc::invalid:
    case Errc::fenced:
    case Errc::corrupt:
      return kExitRefused;
  }
  return kExitRefused;
}

}  // namespace riposte::cli
