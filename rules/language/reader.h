/// Reads rule files into Rules, with every mistake of every file at once. A bad rule never stops the good
/// ones.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lifecycle/action_type.h"
#include "engine/lifecycle/active_hours.h"
#include "rules/language/diagnostic.h"
#include "rules/language/filter.h"
#include "rules/language/rule.h"
#include "rules/language/text_modifiers.h"

namespace riposte {

/// What a rule may refer to. Borrowed.
struct ReadContext {
  const ActionCatalogue& actions;
  const std::map<std::string, ActiveHours>& active_hours;  ///< by name, from the configuration
  PlaceholderLists placeholders = {};                      ///< what `expand` puts in
};

struct ReadRules {
  std::vector<Rule> rules;  ///< in the order of the files' names
  std::vector<Diagnostic> diagnostics;
  std::size_t refused = 0;  ///< rules and filters that were left out
};

/// Files, or folders searched to any depth for *.yml and *.yaml, in the order of their names.
ReadRules read_rules(std::span<const std::string> paths, const ReadContext& context);

/// What the documents of one file say.
struct ReadDocuments {
  std::vector<Rule> rules;
  std::vector<Filter> filters;
  std::size_t refused = 0;  ///< documents with an error
};
ReadDocuments read_documents(std::string_view bytes, Diagnostics& diagnostics, const ReadContext& context);

/// The first rule in the bytes of one file. Empty when it has an error.
std::optional<Rule> read_rule(std::string_view bytes, Diagnostics& diagnostics, const ReadContext& context);

}  // namespace riposte
