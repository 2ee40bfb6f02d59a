/// A script's programs, run as its manifest says.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "connectors/script/child_process.h"
#include "connectors/script/script_order.h"
#include "engine/lifecycle/fact.h"

namespace riposte {

/// The exact command: argv, the whole environment, limits and standard input.
ChildCommand command_of(const Script& script, const std::vector<std::string>& argv, const ActionId& id,
                        std::string stdin_bytes);

/// Runs the manifest's verifying program: exit 0 is a proof, 1 a disproof, anything else no answer. It reads
/// what the script read, and the evidence. Call it only where `verify` is not empty.
Proof run_verification(const ScriptOrder& order, const Action& action, const std::stop_token& stop);

/// The end of a program's output, fit to be shown in one line.
std::string output_tail(const ChildResult& result);
inline constexpr std::size_t kOutputTailMax = 512;

}  // namespace riposte
