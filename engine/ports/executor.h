/// Hands and eyes: one thing done, one thing proved.
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/lifecycle/fact.h"

namespace riposte {

/// The exact command, before anything happens.
struct Preview {
  std::string summary;            ///< "SIGKILL to process 4711 through a pidfd"
  std::vector<std::string> argv;  ///< empty when no program is started
  std::string stdin_bytes;
  std::vector<std::string> notes;  ///< guards that would refuse it now, what could not be checked
};

/// Carries out orders of some action types.
///
/// Threads: any number of calls at once.
/// Limits:  every call ends by itself within the executor's own hard timeout; `stop` asks for an earlier end.
/// The action's id is the idempotency key: the same order executed twice has one effect, or the class says in
/// its header why not, and probe() then never answers never_ran wrongly.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual Outcome execute(const Action& action, std::stop_token stop) = 0;
  /// What became of an order that may have been handed over before the engine was killed.
  virtual Probe probe(const Action& action) = 0;
  /// Errors: invalid (parameters that execute() would refuse).
  virtual Result<Preview> preview(const ActionRequest& request) = 0;
};

/// Looks whether the world is as the order wanted it. Reads only.
///
/// Threads: any number of calls at once.
class Verifier {
 public:
  virtual ~Verifier() = default;
  virtual Proof check(const Action& action, std::stop_token stop) = 0;
};

/// Who does and who proves each action type. Borrowed: main() owns them all.
struct Hands {
  Executor* executor = nullptr;
  Verifier* verifier = nullptr;
};
using HandsByType = std::map<ActionType, Hands>;

}  // namespace riposte
