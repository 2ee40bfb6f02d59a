/// What a child of the privileged program may still do: what its work needs, and nothing else.
///
/// Errors: unavailable, when the kernel refuses.
#pragma once

#include "agent/hands/task.h"
#include "engine/base/error.h"

namespace riposte::agent {

/// For good: no new privileges, and of the capabilities at most those of the realm. One that this program
/// does not have is not gained.
Result<void> keep_privileges_of(Realm realm);

/// As many open files as a process tree may need handles.
Result<void> raise_open_files(std::size_t wanted);

}  // namespace riposte::agent
