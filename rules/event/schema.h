/// How one event format says things: how it is recognised, where its fields stand, how severe it calls itself
/// and which log source it comes from. A plain value.
///
/// Canonical names are those of the Elastic Common Schema ("process.pid", "host.name", "user.name" …) and
/// "time", the moment of what was detected.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/event/event.h"
#include "rules/event/event_origin.h"
#include "rules/event/field_lookup.h"

namespace riposte {

/// One way in which a format says how bad it is.
struct SeveritySource {
  std::string path;
  /// Exact values (in lower case; compared without regard to ASCII case) or, for numbers, lower bounds in
  /// rising order; each with the name of one of Sigma's levels: informational, low, medium, high, critical.
  std::variant<std::map<std::string, std::string>, std::vector<std::pair<double, std::string>>> scale;
};

/// An object that holds the fields which a schema does not map.
struct FieldContainer {
  enum class Keys : std::uint8_t {
    as_written,
    lower_first,     ///< "Image" stands under "image"
    without_blanks,  ///< "ThreatName" stands under "Threat Name"
  };
  std::string path;
  Keys keys = Keys::as_written;
};

/// Canonical names that the engine itself asks for.
namespace field {
inline constexpr std::string_view kDetectionId = "detection.id";
inline constexpr std::string_view kTime = "time";
inline constexpr std::string_view kHostId = "host.id";
inline constexpr std::string_view kHostName = "host.name";
inline constexpr std::string_view kContainerId = "container.id";
inline constexpr std::string_view kRuleId = "rule.id";
inline constexpr std::string_view kRuleName = "rule.name";
}  // namespace field

/// The canonical names, in the order in which people read them.
extern const std::vector<std::string_view> kCanonicalFields;

struct Schema {
  std::string name;
  std::string title;
  /// One of these must hold for an event to be of this format; none: every event is.
  std::vector<std::vector<FieldTest>> detect;
  /// Where the format's document may be wrapped into another ("_source"). Asked after the record itself.
  std::vector<std::string> body;
  /// Canonical or Sigma field name → the ways to it.
  std::map<std::string, FieldLookup, std::less<>> fields;
  /// Where a name that is not mapped is looked for after the place that it names itself.
  std::vector<FieldContainer> elsewhere;
  std::vector<SeveritySource> severity;  ///< the first that says something counts
  OriginRules origin;
  std::string digest;  ///< of the file's bytes

  /// The event as this format reads it, its wrapping taken off; empty when it is not of this format.
  std::optional<Event> recognise(const Event& event) const;

  // What follows asks an event that recognise() gave, or one that needs no unwrapping.

  /// The ways to a field, mapped or not.
  FieldLookup lookup_of(std::string_view field_name) const;
  /// The first value of a field that is not null.
  std::optional<Scalar> first(const Event& event, std::string_view field_name) const;
  /// Name of the level that the event gives itself; empty when it gives none, or one that the schema does not
  /// know.
  std::optional<std::string_view> severity_name(const Event& event) const;
};

}  // namespace riposte
