/// What became of an effect, for the partition that owns the action.
#pragma once

#include <optional>

#include "engine/lifecycle/fact.h"

namespace riposte {

struct Answer {
  Partition partition;
  ActionId action;
  std::optional<Fact> fact;  ///< nothing: it could not be carried out, and is still owed
};

}  // namespace riposte
