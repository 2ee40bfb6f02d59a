/// Kills, suspends and resumes processes of the engine's own host.
///
/// The way of every order: open a handle on the process, compare its identity with the order, ask the guards,
/// signal through the handle. The handle comes first: a number that is recycled after that leads nowhere
/// instead of to a stranger. Running an order again is harmless: identity is compared again, and what is
/// already so stays so. probe() therefore answers from the world alone.
///
/// Limits: at most kConfirmationWait per order. Processes of other PID namespaces only under the number they
/// have in the
///         engine's own.
#pragma once

#include <chrono>

#include "connectors/exec/process_guards.h"
#include "engine/ports/executor.h"

namespace riposte {

/// How long an order waits to see its effect. What takes longer sits in the kernel (uninterruptible) and is
/// reported so.
inline constexpr std::chrono::milliseconds kConfirmationWait{2000};

class ProcessExecutor final : public Executor {
 public:
  explicit ProcessExecutor(ProcessGuards guards) : guards_(std::move(guards)) {}

  Outcome execute(const Action& action, std::stop_token stop) override;
  Probe probe(const Action& action) override;
  Result<Preview> preview(const ActionRequest& request) override;

 private:
  ProcessGuards guards_;
};

}  // namespace riposte
