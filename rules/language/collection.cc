#include "rules/language/collection.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace riposte {
namespace {

/// Maps are merged key by key; everything else is replaced.
yaml::Node overridden(yaml::Node under, const yaml::Node& over) {
  if (!under.is_map() || !over.is_map()) return over;
  under.line = over.line;
  under.column = over.column;
  for (const yaml::Entry& entry : over.entries) {
    const auto known = std::ranges::find(under.entries, entry.key, &yaml::Entry::key);
    if (known == under.entries.end()) {
      under.entries.push_back(entry);
    } else {
      known->value = overridden(std::move(known->value), entry.value);
      std::tie(known->line, known->column) = std::pair(entry.line, entry.column);
    }
  }
  return under;
}

/// Takes a known `action` out of the document; empty when there is none.
std::string take_action(yaml::Node& document) {
  const auto entry = std::ranges::find(document.entries, "action", &yaml::Entry::key);
  if (entry == document.entries.end()) return {};
  std::string action = entry->value.text;
  if (std::ranges::find(kCollectionActions, action) == kCollectionActions.end()) return {};
  document.entries.erase(entry);
  return action;
}

}  // namespace

std::vector<yaml::Node> resolve_collection(std::vector<yaml::Node> documents) {
  // An empty document is an empty file, or what stands behind a last `---`.
  if (documents.size() > 1) std::erase_if(documents, &yaml::Node::is_null);
  std::vector<yaml::Node> resolved;
  yaml::Node global;
  yaml::Node previous;
  for (yaml::Node& document : documents) {
    const std::string action = take_action(document);
    if (action == "global") {
      global = overridden(std::move(global), document);
    } else if (action == "reset") {
      global = {};
    } else {
      previous = action == "repeat" ? overridden(std::move(previous), document) : std::move(document);
      resolved.push_back(overridden(global, previous));
    }
  }
  return resolved;
}

}  // namespace riposte
