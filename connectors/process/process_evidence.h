/// What is kept of a process, so that it is known again.
#pragma once

#include "agent/process/process_identity.h"
#include "engine/lifecycle/action.h"

namespace riposte {

/// What a verifier needs: pid, start_ticks, boot_id, ppid, exe.
Evidence evidence_of(const ProcessIdentity& identity);

}  // namespace riposte
