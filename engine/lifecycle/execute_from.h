/// From where an action is carried out: a template's `execute_from`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/lifecycle/action_type.h"

namespace riposte {

struct ExecuteFrom {
  enum class Place : std::uint8_t {
    host,    ///< the host that it is meant for
    engine,  ///< the host of the engine
    agent,   ///< the host of the agent that `agent` names
  };
  Place place = Place::host;
  std::string agent{};

  bool operator==(const ExecuteFrom&) const = default;
};

/// "host", "engine", "agent:NAME".
std::string text_of(const ExecuteFrom& from);
/// Errors: invalid, with what may be written.
Result<ExecuteFrom> parse_execute_from(std::string_view text);

/// Where nobody says. What acts on a host, its processes, files and traffic is done there.
ExecuteFrom usual_place_of(ActionType type);
/// Errors: invalid (the type cannot be carried out from there, or nothing here can), with the cure.
Result<void> may_execute_from(ActionType type, const ExecuteFrom& from, const ActionCatalogue& actions);

/// Longer than any name of a host.
inline constexpr std::size_t kAgentNameMax = 255;

}  // namespace riposte
