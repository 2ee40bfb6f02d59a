/// What the configuration says of the engine's agents: its section `agents`.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "engine/base/clock.h"

namespace riposte::agents {

/// An order that is delivered waits for nothing: minutes for clocks that differ.
inline constexpr Duration kOrderLifeDefault = std::chrono::minutes(5);
inline constexpr Duration kOrderLifeMin = std::chrono::seconds(30);
inline constexpr Duration kOrderLifeMax = std::chrono::hours(1);

/// An order that somebody carries to its host has a way to go.
inline constexpr Duration kCarriedOrderLife = std::chrono::hours(1);

struct FleetOptions {
  std::string fleet;  ///< its name: the same on every engine of the fleet, and for ever
  std::string listen_address = "0.0.0.0";
  std::uint16_t port = 7443;  ///< 0: any free one
  Duration order_life = kOrderLifeDefault;
};

}  // namespace riposte::agents
