/// What rules and filters begin with alike.
#pragma once

#include <array>
#include <string_view>

#include "rules/language/map_reader.h"
#include "rules/language/rule.h"

namespace riposte {

inline constexpr std::array<std::string_view, 5> kRuleStatuses{"stable", "test", "experimental", "deprecated",
                                                               "unsupported"};

/// "Ann Lee, Bob" or a list of such texts: the names one by one.
std::vector<std::string> split_authors(std::span<const std::string> texts);

LogSource read_logsource(MapReader& map);

/// Sigma's keys that are neither needed nor checked here count as known.
void ignore_unchecked_keys(MapReader& map);

}  // namespace riposte
