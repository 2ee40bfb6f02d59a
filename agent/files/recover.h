/// Taking in a program that runs and has no file: in memory only, or removed while it runs.
///
/// There is no name to remove, so nothing changes but the vault. Killed at any moment, the entry is whole or
/// there is none; the same call again finds it or makes it.
///
/// Errors:  conflict (not what was meant), invalid (no regular file), denied, unavailable (no space, I/O, too
///          large), corrupt (the vault).
/// Limits:  what runs it goes on running.
#pragma once

#include <string>

#include "agent/files/take_in.h"

namespace riposte::files {

struct Nameless {
  std::string path;    ///< what the kernel shows: "/memfd:x (deleted)"; leads nowhere, or to another file
  Descriptor content;  ///< to read
  FileFacts facts;
};

Result<Taken> recover(const Nameless& program, const std::string& action, const Meant& meant,
                      const Vault& vault, WallTime now);

}  // namespace riposte::files
