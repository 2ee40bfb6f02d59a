/// A process and all that descends from it, ended, stopped or continued together.
///
/// To end or stop a tree, its members are stopped first, parents before children, and the host is looked
/// through again until nothing new turns up: a stopped process starts no other. Each is known by a handle,
/// its parent and its start before it is touched. Only then are they ended, children before parents: the
/// kernel continues the stopped members of a group whose last parent ends, and a member that runs can escape.
/// One protected descendant, and nothing is ended: what had been stopped runs again.
///
/// Limits:  a descendant whose parent ended before it was seen belongs to another parent and is not found;
///          only a control group holds such a family together. At most kTreeMax processes and
///          kTreePassesMax looks: what was found by then is treated, and the result is an error that says so.
/// Errors:  a Signalled, as for one process.
#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "agent/process/signalling.h"

namespace riposte {

/// One handle each, so the limit of open files has to be higher.
inline constexpr std::size_t kTreeMax = 4096;
inline constexpr int kTreePassesMax = 8;

struct TreeSignalled {
  Signalled result;                      ///< of the whole; `seen` is the root
  std::vector<ProcessIdentity> members;  ///< as they were found, the root first, parents before children
};

/// `root`: from find_target(). `patience`: members that are to end are first asked to (SIGTERM), all of them,
/// and have so long to comply; whoever escapes from its family in that time is not found.
TreeSignalled act_on_tree(Pinned root, RunState wanted, const ProtectedProcesses& guards,
                          const std::stop_token& stop, Duration patience = {});

}  // namespace riposte
