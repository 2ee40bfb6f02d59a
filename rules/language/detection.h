/// Reads `detection:` into selections and the condition over them.
#pragma once

#include <string_view>
#include <vector>

#include "rules/language/rule.h"
#include "rules/language/text_modifiers.h"
#include "rules/language/yaml.h"

namespace riposte {

struct RuleDetection {
  std::vector<Selection> selections;
  Condition condition;
};

/// Mistakes go to `diagnostics`; what was read without them is returned. `key`: what it stands under.
/// `lists`: what `expand` puts in.
RuleDetection read_detection(const yaml::Node& node, std::string_view key, Diagnostics& diagnostics,
                             const PlaceholderLists& lists);

}  // namespace riposte
