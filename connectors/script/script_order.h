/// An order for a script: which one, with which parameters, and the document it gets to read.
#pragma once

#include <string>

#include "connectors/script/script.h"
#include "engine/lifecycle/action.h"

namespace riposte {

struct ScriptOrder {
  const Script* script = nullptr;  ///< borrowed from the Scripts it was looked up in
  Parameters parameters;           ///< the script's own, as its manifest types them
};

/// Errors: invalid (no script named, unknown script, parameters that do not fit its manifest), all of them at
/// once.
Result<ScriptOrder> read_script_order(const ActionRequest& request, const Scripts& scripts);

/// Version of the document below; raised when a field changes its meaning.
inline constexpr int kPayloadVersion = 1;

/// One JSON document and a line break. Bytes that are no UTF-8 are replaced.
std::string payload_of(const ScriptOrder& order, const ActionRequest& request, std::uint32_t attempt);
/// The same for the program that verifies: with what the run left as evidence.
std::string verify_payload_of(const ScriptOrder& order, const Action& action);

}  // namespace riposte
