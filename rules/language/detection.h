/// Reads `detection:` into selections and the condition over them.
#pragma once

#include <vector>

#include "rules/language/rule.h"
#include "rules/language/yaml.h"

namespace riposte {

struct Detection {
  std::vector<Selection> selections;
  Condition condition;
};

/// Mistakes go to `diagnostics`; what was read without them is returned.
Detection read_detection(const yaml::Node& node, Diagnostics& diagnostics);

}  // namespace riposte
