#include "rules/language/modifiers.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "engine/base/nearest.h"

namespace riposte {
namespace {

constexpr std::array<std::string_view, 8> kSupported{"contains", "startswith", "endswith", "re",
                                                     "all",      "i",          "m",        "s"};
/// Sigma has them; rules that use them are refused until they mean here what they mean there.
constexpr std::array<std::string_view, 25> kNotYet{
    "base64",  "base64offset", "cased", "cidr",    "day",    "exists",     "expand",   "fieldref", "gt",
    "gte",     "hour",         "lt",    "lte",     "minute", "month",      "neq",      "utf16",    "utf16be",
    "utf16le", "week",         "wide",  "windash", "year",   "ignorecase", "multiline"};

std::vector<std::string_view> split_key(std::string_view key) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t bar = key.find('|');
    parts.push_back(key.substr(0, bar));
    if (bar == std::string_view::npos) return parts;
    key.remove_prefix(bar + 1);
  }
}

std::string unknown_modifier(std::string_view name) {
  if (std::ranges::find(kNotYet, name) != kNotYet.end())
    return fmt::format("modifier '{}' is not supported yet", name);
  if (name.empty()) return "a modifier is missing after '|'";
  std::vector<std::string_view> known(kSupported.begin(), kSupported.end());
  known.insert(known.end(), kNotYet.begin(), kNotYet.end());
  return fmt::format("unknown modifier '{}'{}", name, did_you_mean(name, known));
}

/// What is wrong with adding `name`, or nothing.
std::string add_modifier(Modifiers& modifiers, std::string_view name) {
  const bool shapes = name == "contains" || name == "startswith" || name == "endswith" || name == "re";
  if (shapes && (modifiers.text_only || modifiers.regex))
    return fmt::format("modifier '{}' cannot follow another of contains, startswith, endswith and re", name);
  if (name == "i" || name == "m" || name == "s") {
    if (!modifiers.regex)
      return fmt::format("modifier '{}' only follows 're', as in 'field|re|{}'", name, name);
    modifiers.regex_flags += name;
  } else if (name == "re") {
    modifiers.regex = true;
  } else if (name == "all") {
    modifiers.all = true;
  } else if (shapes) {
    modifiers.text_only = true;
    modifiers.open = {name != "startswith", name != "endswith"};
  } else {
    return unknown_modifier(name);
  }
  return {};
}

}  // namespace

std::optional<Modifiers> read_modifiers(const yaml::Entry& entry, Diagnostics& diagnostics) {
  const std::vector<std::string_view> parts = split_key(entry.key);
  Modifiers modifiers;
  modifiers.field = parts.front();
  bool ok = true;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    std::string problem;
    if (std::find(parts.begin() + 1, parts.begin() + static_cast<std::ptrdiff_t>(i), parts[i]) !=
        parts.begin() + static_cast<std::ptrdiff_t>(i))
      problem = fmt::format("modifier '{}' stands here twice", parts[i]);
    else
      problem = add_modifier(modifiers, parts[i]);
    if (problem.empty()) continue;
    diagnostics.error(entry, problem);
    ok = false;
  }
  if (parts.size() == 1 && parts.front().empty()) {
    diagnostics.error(
        entry, "a field's name must not be empty; keywords are a list without a key, or stand under '|all'");
    ok = false;
  }
  return ok ? std::optional(modifiers) : std::nullopt;
}

}  // namespace riposte
