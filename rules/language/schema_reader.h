/// Event formats: those shipped inside the program, and those that users write. docs/schemas.md describes the
/// language.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "rules/event/schema.h"
#include "rules/language/diagnostic.h"

namespace riposte {

/// Empty when it has an error.
std::optional<Schema> read_schema(std::string_view bytes, Diagnostics& diagnostics);

/// Names of the shipped schemas.
std::span<const std::string_view> shipped_schema_names();

/// Errors: not_found, with the nearest name.
Result<Schema> shipped_schema(std::string_view name);

/// All of them, in the order of their names; no two recognise the same event.
std::vector<Schema> shipped_schemas();

/// What an event is read by that no schema recognises: every name stands where it says, and the log source is
/// unknown.
Schema generic_schema();

}  // namespace riposte
