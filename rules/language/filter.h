/// A Sigma filter: a condition that is added to rules from outside, to keep them from firing on what is known
/// to be harmless.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rules/language/detection.h"

namespace riposte {

struct Filter {
  std::string title;
  std::vector<std::string> rules;  ///< ids or names; empty: all that its logsource names
  LogSource logsource;
  RuleDetection detection;
  std::string digest;  ///< of its text
  Location location;
};

/// Empty when it has an error.
std::optional<Filter> read_filter(const yaml::Node& document, Diagnostics& diagnostics,
                                  const PlaceholderLists& lists);

/// A rule that a filter names, and whose logsource is the filter's or narrower, holds only where the filter's
/// condition holds as well. A filter that names an unknown rule or changes none is reported.
void apply_filters(std::span<const Filter> filters, std::vector<Rule>& rules,
                   std::vector<Diagnostic>& diagnostics);

}  // namespace riposte
