/// Turns what a person asks for into an order, checked as strictly as a rule is.
#pragma once

#include "engine/lifecycle/policy.h"
#include "engine/ports/control.h"

namespace riposte {

struct SubmissionContext {
  const ActionCatalogue& actions;
  const Policy& policy;
  const std::string& own_host;  ///< where an order without a host is meant for
};

/// Errors: invalid (unknown type, unknown, missing or ill-typed parameter), with the cure.
Result<ActionRequest> request_of(const Principal& who, const Submission& submission,
                                 const SubmissionContext& context, WallTime now);

}  // namespace riposte
