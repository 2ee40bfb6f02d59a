/// Several documents in one file, and what Sigma's `action` makes of them: `global` stands under all that
/// follow, `reset` ends that, `repeat` is the document before it with changes.
///
/// Limits:  yaml::kNodesMax values in what they make of one file.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/language/yaml.h"

namespace riposte {

inline constexpr std::array<std::string_view, 3> kCollectionActions{"global", "reset", "repeat"};

/// The documents that say something of their own, in the order of the file. A document overrides what stands
/// under it, key by key. One whose `action` is unknown keeps it. Empty, with an error, when they are too
/// much.
std::optional<std::vector<yaml::Node>> resolve_collection(std::vector<yaml::Node> documents,
                                                          Diagnostics& diagnostics);

}  // namespace riposte
