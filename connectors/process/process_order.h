/// What an order says about the process that it means.
#pragma once

#include "agent/process/meant_process.h"
#include "engine/base/error.h"
#include "engine/lifecycle/action.h"

namespace riposte {

/// Errors: invalid (no usable "pid", or another parameter that is none).
Result<MeantProcess> read_process_order(const ActionRequest& request);

}  // namespace riposte
