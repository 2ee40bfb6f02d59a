#include "rules/language/map_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/nearest.h"

namespace riposte {

MapReader::MapReader(const yaml::Node& node, std::string what, Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
  if (!node_.is_map() && !node_.is_null())
    diagnostics_.error(
        node_, fmt::format("{} must be a map of keys and values, not {}", what_, yaml::describe(node_)));
}

const yaml::Node* MapReader::find(std::string_view key) {
  known_.emplace(key);
  const yaml::Entry* entry = node_.find(key);
  return entry == nullptr ? nullptr : &entry->value;
}

const yaml::Node* MapReader::required(std::string_view key) {
  const yaml::Node* found = find(key);
  // A node of the wrong kind has been reported by the constructor.
  if (found == nullptr && (node_.is_map() || node_.is_null()))
    diagnostics_.error(node_, fmt::format("{} has no '{}'; it is required", what_, key));
  return found;
}

void MapReader::wrong_type(const yaml::Node& found, std::string_view key, std::string_view wanted) {
  diagnostics_.error(found, fmt::format("'{}' must be {}, not {}", key, wanted, yaml::describe(found)));
}

std::optional<std::string> MapReader::text(std::string_view key) {
  const yaml::Node* found = find(key);
  if (found == nullptr) return {};
  return scalar_text(*found, fmt::format("'{}'", key), diagnostics_);
}

std::optional<std::string> MapReader::required_text(std::string_view key) {
  const yaml::Node* found = required(key);
  if (found == nullptr) return {};
  if (found->is_null() || (found->is_scalar() && found->text.empty())) {
    diagnostics_.error(*found, fmt::format("'{}' must not be empty", key));
    return {};
  }
  return scalar_text(*found, fmt::format("'{}'", key), diagnostics_);
}

std::optional<bool> MapReader::boolean(std::string_view key) {
  const yaml::Node* found = find(key);
  if (found == nullptr) return {};
  const std::optional<bool> value = yaml::as_boolean(*found);
  if (!value) wrong_type(*found, key, "true or false");
  return value;
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, std::int64_t minimum,
                                               std::int64_t maximum) {
  const yaml::Node* found = find(key);
  if (found == nullptr) return {};
  const std::optional<std::int64_t> value = yaml::as_integer(*found);
  if (value && *value >= minimum && *value <= maximum) return value;
  const bool bounded = minimum != std::numeric_limits<std::int64_t>::min() ||
                       maximum != std::numeric_limits<std::int64_t>::max();
  std::string wanted = "a whole number";
  if (bounded && maximum == std::numeric_limits<std::int64_t>::max())
    wanted += fmt::format(", at least {}", minimum);
  else if (bounded)
    wanted += fmt::format(" from {} to {}", minimum, maximum);
  wrong_type(*found, key, wanted);
  return {};
}

std::optional<Duration> MapReader::duration(std::string_view key) {
  const yaml::Node* found = find(key);
  if (found == nullptr) return {};
  const std::optional<Duration> value = found->is_scalar() ? parse_duration(found->text) : std::nullopt;
  if (!value) wrong_type(*found, key, "a duration like 250ms, 90s, 5m, 36h or 7d");
  return value;
}

std::optional<std::string> MapReader::one_of(std::string_view key, std::span<const std::string_view> names) {
  const yaml::Node* found = find(key);
  if (found == nullptr) return {};
  if (found->is_scalar() && std::ranges::find(names, found->text) != names.end()) return found->text;
  const std::string cure = found->is_scalar() ? did_you_mean(found->text, names) : "";
  diagnostics_.error(*found, fmt::format("'{}' must be one of {}, not {}{}", key, fmt::join(names, ", "),
                                         yaml::describe(*found), cure));
  return {};
}

std::vector<std::string> MapReader::texts(std::string_view key) {
  std::vector<std::string> values;
  const yaml::Node* found = find(key);
  if (found == nullptr) return values;
  if (!found->is_sequence()) {
    if (auto value = scalar_text(*found, fmt::format("'{}'", key), diagnostics_))
      values.push_back(std::move(*value));
    return values;
  }
  for (const yaml::Node& item : found->items)
    if (auto value = scalar_text(item, fmt::format("every item of '{}'", key), diagnostics_))
      values.push_back(std::move(*value));
  return values;
}

std::optional<MapReader> MapReader::map(std::string_view key) {
  const yaml::Node* found = find(key);
  if (found == nullptr) return {};
  // "kafka.tls", but not "the rule.logsource".
  const bool is_path = what_.find(' ') == std::string::npos;
  return MapReader(*found, is_path ? fmt::format("{}.{}", what_, key) : std::string(key), diagnostics_);
}

std::span<const yaml::Node> MapReader::list(std::string_view key) {
  const yaml::Node* found = find(key);
  if (found == nullptr || found->is_null()) return {};
  if (!found->is_sequence()) {
    wrong_type(*found, key, "a list");
    return {};
  }
  return found->items;
}

std::span<const yaml::Entry> MapReader::entries() {
  for (const yaml::Entry& entry : node_.entries) known_.insert(entry.key);
  return node_.entries;
}

void MapReader::finish() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const yaml::Entry& entry : node_.entries) {
    if (known_.contains(entry.key)) continue;
    std::string cure = did_you_mean(entry.key, known);
    if (cure.empty()) cure = fmt::format("; known here: {}", fmt::join(known, ", "));
    diagnostics_.error(entry, fmt::format("unknown key '{}' in {}{}", entry.key, what_, cure));
  }
}

void MapReader::finish_open() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const yaml::Entry& entry : node_.entries) {
    if (known_.contains(entry.key)) continue;
    const std::string cure = did_you_mean(entry.key, known);
    if (!cure.empty())
      diagnostics_.error(entry, fmt::format("unknown key '{}' in {}{}", entry.key, what_, cure));
  }
}

std::optional<std::string> scalar_text(const yaml::Node& node, std::string_view what,
                                       Diagnostics& diagnostics) {
  if (node.is_scalar()) return node.text;
  diagnostics.error(node, fmt::format("{} must be a text, not {}", what, yaml::describe(node)));
  return {};
}

}  // namespace riposte
