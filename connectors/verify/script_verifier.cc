#include "connectors/verify/script_verifier.h"

#include "connectors/script/script_order.h"
#include "connectors/script/script_run.h"

namespace riposte {

Proof ScriptVerifier::check(const Action& action, std::stop_token stop) {
  const auto order = read_script_order(action, scripts_);
  if (!order) return {Proof::Kind::unknown, order.error().text()};
  if (!order->script->verify.empty()) return run_verification(*order, action, stop);
  const auto entry = journal_.find(action.id);
  if (!entry) return {Proof::Kind::unknown, entry.error().text()};
  if (!entry->done) return {Proof::Kind::unknown, "no end of the script is on record"};
  if (entry->done->kind == Outcome::Kind::ok)
    return {Proof::Kind::proven, "on record: " + entry->done->detail};
  return {Proof::Kind::disproven, "on record: " + entry->done->detail};
}

}  // namespace riposte
