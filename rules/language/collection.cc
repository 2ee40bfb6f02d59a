#include "rules/language/collection.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace riposte {
namespace {

/// Maps are merged key by key; everything else is replaced.
yaml::Node overridden(yaml::Node under, const yaml::Node& over) {
  if (!under.is_map() || !over.is_map()) return over;
  under.line = over.line;
  under.column = over.column;
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < under.entries.size(); ++i) places.emplace(under.entries[i].key, i);
  for (const yaml::Entry& entry : over.entries) {
    const auto place = places.find(entry.key);
    if (place == places.end()) {
      under.entries.push_back(entry);
      continue;
    }
    yaml::Entry& known = under.entries[place->second];
    known.value = overridden(std::move(known.value), entry.value);
    std::tie(known.line, known.column) = std::pair(entry.line, entry.column);
  }
  return under;
}

std::size_t values_in(const yaml::Node& node) {
  std::size_t count = 1;
  for (const yaml::Node& item : node.items) count += values_in(item);
  for (const yaml::Entry& entry : node.entries) count += 1 + values_in(entry.value);
  return count;
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

std::optional<std::vector<yaml::Node>> resolve_collection(std::vector<yaml::Node> documents,
                                                          Diagnostics& diagnostics) {
  // An empty document is an empty file, or what stands behind a last `---`.
  if (documents.size() > 1) std::erase_if(documents, &yaml::Node::is_null);
  std::vector<yaml::Node> resolved;
  yaml::Node global;
  yaml::Node previous;
  std::size_t values = 0;
  for (yaml::Node& document : documents) {
    const std::string action = take_action(document);
    if (action == "global") {
      global = overridden(std::move(global), document);
    } else if (action == "reset") {
      global = {};
    } else {
      previous = action == "repeat" ? overridden(std::move(previous), document) : std::move(document);
      resolved.push_back(overridden(global, previous));
      values += values_in(resolved.back());
    }
    if (values > yaml::kNodesMax) {
      diagnostics.error(resolved.back(),
                        fmt::format("'action: global' and 'repeat' make more than {} values of "
                                    "this file; split it",
                                    yaml::kNodesMax));
      return {};
    }
  }
  return resolved;
}

}  // namespace riposte
