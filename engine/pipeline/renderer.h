/// Turns a matching rule's templates and an event into orders. Each is rendered once, here, and never again.
#pragma once

#include <optional>

#include "engine/lifecycle/policy.h"
#include "rules/event/event.h"
#include "rules/event/schema.h"
#include "rules/language/rule.h"

namespace riposte {

/// The event and everything about it that does not depend on a rule.
struct Detected {
  const Event& event;
  const Schema& schema;
  StreamId stream;
  Offset offset;
  std::string digest;  ///< of the event's bytes
  WallTime now;
};

/// The detection's own id, so that a detection that comes twice is one; else its place in the stream.
std::string event_uid_of(const Detected& detected);

/// From the event, else the rule's level, else informational: what nobody rated must not act by itself.
Severity severity_of(const Detected& detected, const Rule& rule);

/// The order of one template, or nothing when the event is less severe than the template asks for.
/// A mapped field that the event lacks leaves its name in `defect`.
std::optional<ActionRequest> render(const Detected& detected, const Rule& rule, const ActionTemplate& wanted,
                                    std::span<const ParameterSpec> script_parameters, const Policy& policy);

}  // namespace riposte
