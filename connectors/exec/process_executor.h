/// Kills, suspends and resumes processes of the engine's own host.
///
/// The way of an order is that of agent/process/signalling.h. Running an order again is harmless: identity is
/// compared again, and what is already so stays so. probe() therefore answers from the world alone.
///
/// Limits: those of agent/process/signalling.h.
#pragma once

#include "connectors/exec/process_guards.h"
#include "engine/ports/executor.h"

namespace riposte {

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
