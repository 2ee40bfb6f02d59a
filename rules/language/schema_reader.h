/// Event formats: those shipped inside the program, and those that users write.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

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

}  // namespace riposte
