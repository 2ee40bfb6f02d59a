/// Whether an effect may be given out now, and if not, what it waits for.
#pragma once

#include <cstdint>
#include <string>

#include "engine/lifecycle/action.h"

namespace riposte {

struct Seat {
  enum class Kind : std::uint8_t {
    taken,  ///< it may be given out; the seat comes back when the effect's answer has been given
    busy,   ///< there is none; those behind it wait for the same
    full,   ///< its host has enough to do; those of other hosts need not wait
    away,   ///< its host is not there
  };
  Kind kind = Kind::taken;
  std::string host{};  ///< key of the host, where there is one besides the engine's own
  Evidence bound{};    ///< to whom it is given: see Started
  std::string why{};   ///< away: which host, and since when
};

/// How many effects may be under way, of each kind and on each host.
class Slots {
 public:
  virtual ~Slots() = default;
  virtual Seat take(const Action& action) = 0;
};

}  // namespace riposte
