/// Reads `detection:` into selections and the condition over them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "rules/language/rule.h"
#include "rules/language/text_modifiers.h"
#include "rules/language/yaml.h"

namespace riposte {

/// The public rules' largest has 34 selections and one condition.
inline constexpr std::size_t kSelectionsMax = 1000;
inline constexpr std::size_t kConditionsMax = 100;
/// Texts that a detection, and all of one file, may stand for. The public rules' largest stands for 4,432.
inline constexpr std::size_t kPatternsMax = 100'000;

std::size_t patterns_in(std::span<const Selection> selections);

struct RuleDetection {
  std::vector<Selection> selections;
  Condition condition;
};

/// Mistakes go to `diagnostics`; what was read without them is returned. `key`: what it stands under.
/// `lists`: what `expand` puts in.
RuleDetection read_detection(const yaml::Node& node, std::string_view key, Diagnostics& diagnostics,
                             const PlaceholderLists& lists);

}  // namespace riposte
