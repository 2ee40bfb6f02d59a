/// How one event format says things: where its fields stand, and how severe it calls itself. A plain value.
///
/// Canonical names are those of the Elastic Common Schema ("process.pid", "host.name", "user.name" …) and
/// "time", the moment of what was detected. A name that the schema does not map is looked up as it is
/// written.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/event/event.h"

namespace riposte {

/// One way in which a format says how bad it is.
struct SeveritySource {
  std::string path;
  /// Exact values (in lower case; compared without regard to ASCII case) or, for numbers, lower bounds in
  /// rising order; each with the name of one of Sigma's levels: informational, low, medium, high, critical.
  std::variant<std::map<std::string, std::string>, std::vector<std::pair<double, std::string>>> scale;
};

/// Canonical names that the engine itself asks for.
namespace field {
inline constexpr std::string_view kDetectionId = "detection.id";
inline constexpr std::string_view kTime = "time";
inline constexpr std::string_view kHostId = "host.id";
inline constexpr std::string_view kHostName = "host.name";
inline constexpr std::string_view kRuleId = "rule.id";
inline constexpr std::string_view kRuleName = "rule.name";
}  // namespace field

struct Schema {
  std::string name;
  std::string title;
  /// Canonical or Sigma field name → document paths, the first that has a value counts.
  std::map<std::string, std::vector<std::string>, std::less<>> fields;
  std::vector<SeveritySource> severity;  ///< the first that says something counts
  std::string digest;                    ///< of the file's bytes

  /// The mapped paths, else the name itself.
  std::vector<std::string> paths_of(std::string_view field_name) const;
  /// The first value of a field that is not null.
  std::optional<Scalar> first(const Event& event, std::string_view field_name) const;
  /// Name of the level that the event gives itself; empty when it gives none, or one that the schema does not
  /// know.
  std::optional<std::string_view> severity_name(const Event& event) const;
};

}  // namespace riposte
