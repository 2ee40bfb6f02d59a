/// Reads `response:`, the action templates of a rule or of a response file: a list, or a map of `order` and
/// `actions`. Strict: it decides what is done to a machine.
#pragma once

#include <vector>

#include "rules/language/reader.h"
#include "rules/language/yaml.h"

namespace riposte {

/// A rule that wants more than this at once wants a playbook.
inline constexpr std::size_t kResponsesMax = 32;
/// A proof later than this proves nothing about the action.
inline constexpr Duration kVerifyAfterMax = std::chrono::hours(24);

/// Mistakes go to `diagnostics`; templates without them are returned.
std::vector<ActionTemplate> read_responses(const yaml::Node& node, Diagnostics& diagnostics,
                                           const ReadContext& context);

}  // namespace riposte
