/// A victim, an executor that takes another process for the engine, and orders about the victim.
#pragma once

#include <string>

#include "agent/process/process_identity.h"
#include "connectors/exec/process_executor.h"
#include "tests/support/victim.h"

namespace riposte::test {

inline constexpr const char* kOwnHost = "ward-7";

/// The victim is a child of the test. So that it is not the engine's own child too, a second child plays the
/// engine.
struct ProcessWorld {
  Victim engine;
  Victim victim;
  ProcessExecutor executor{ProcessGuards({kOwnHost, "Ward-7.Example"}, {"/opt/protected"}, engine.pid())};

  Action order(ActionType type) const {
    Action action;
    action.type = type;
    action.host = kOwnHost;
    action.parameters = {{"pid", std::int64_t{victim.pid()}}};
    action.not_after = SystemClock().now();
    return action;
  }

  Action order_with_start(ActionType type) const {
    Action action = order(type);
    const auto identity = read_process(victim.pid());
    if (identity) action.parameters["start"] = iso8601(identity->started_at);
    return action;
  }

  bool victim_lives() const { return victim.state() != 'Z' && victim.state() != '?'; }
};

}  // namespace riposte::test
