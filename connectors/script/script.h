/// A program that rules and people may run by name: what its manifest says, as plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/lifecycle/action_type.h"

namespace riposte {

/// Long enough for a call to a slow web service.
inline constexpr Duration kScriptTimeoutDefault = std::chrono::seconds(30);
/// A script holds one of the dispatcher's few threads while it runs, and an order without an answer for
/// kExecutionDeadline (step.h) is in doubt; what takes longer belongs into a service of its own.
inline constexpr Duration kScriptTimeoutMax = std::chrono::minutes(10);
/// What one reads of a script's output is a message, not a file.
inline constexpr std::size_t kScriptOutputDefault = std::size_t{64} * 1024;
/// It is stored with the action, whose record travels as one piece.
inline constexpr std::size_t kScriptOutputMax = std::size_t{1024} * 1024;

struct Script {
  /// What to do when the engine was killed while it ran.
  enum class OnUnknown : std::uint8_t { in_doubt, rerun };

  std::string id;
  std::string description;
  std::vector<std::string> command;  ///< the first is an absolute path; exactly this is executed
  std::vector<ParameterSpec> parameters;
  Duration timeout = kScriptTimeoutDefault;
  std::size_t output_limit = kScriptOutputDefault;
  OnUnknown on_unknown = OnUnknown::in_doubt;
  std::vector<std::string> verify;  ///< empty: there is no program that proves it
  std::map<std::string, std::string> environment;
  std::string directory;                      ///< of its manifest; it runs there
  std::map<std::string, std::string> pinned;  ///< every file that its commands name → digest at load
};

using Scripts = std::map<std::string, Script>;

}  // namespace riposte
